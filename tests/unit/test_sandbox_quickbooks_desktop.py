"""The request processor of QuickBooks Desktop takes exactly what the schema allows, and answers in its words."""

import pytest

from tests.sandbox.quickbooks_desktop import CompanyFile, ProcessorError
from tests.sandbox.quickbooks_desktop.driver import OPENING, Desk, add, bill, document, fields, line, query, request

PARSE = "0x80040400"
VENDOR = "=Northwind"
NAME = "<Name>Northwind</Name>"


@pytest.fixture
def desk() -> Desk:
    company = CompanyFile()
    company.add_vendor("Northwind")
    return Desk(company)


def vendor(more: str) -> str:
    return request("VendorAdd", f"<VendorAdd>{more}</VendorAdd>")


def bill_of(more: str) -> str:
    return request("BillAdd", f"<BillAdd>{more}</BillAdd>")


def paid(more: str) -> str:
    return request("BillPaymentCheckAdd", f"<BillPaymentCheckAdd>{more}</BillPaymentCheckAdd>")


_REF = fields(VendorRef=VENDOR)
_PAYEE = fields(PayeeEntityRef=VENDOR, BankAccountRef="=Checking")
_APPLIED = f"<AppliedToTxnAdd>{fields(TxnID='3A1-1785959100', PaymentAmount='1.00')}</AppliedToTxnAdd>"


@pytest.mark.parametrize(
    "wrong",
    [
        vendor("<IsActive>true</IsActive><Name>A</Name>"),  # order
        vendor("<CompanyName>A</CompanyName>"),  # no Name
        vendor("<Name>A</Name><Nickname>B</Nickname>"),  # unknown element
        vendor("<Name>A</Name><Name>B</Name>"),  # twice
        vendor("<Name kind='x'>A</Name>"),  # attribute
        vendor("<Name>A<b>c</b></Name>"),  # element in a text
        vendor("text<Name>A</Name>"),
        vendor("<Name>A</Name><VendorAddress><City>Dayton</City><Addr1>12 Mill Rd</Addr1></VendorAddress>"),
        vendor("<Name>A</Name><TermsRef><FullName>Net 30</FullName><ListID>8-1</ListID></TermsRef>"),
        vendor("<Name>A</Name><Balance>1.00</Balance>"),
        request("VendorAdd", f"<VendorAdd>{NAME}</VendorAdd><VendorAdd>{NAME}</VendorAdd>"),
        request("VendorAdd", ""),
        request("VendorMod", "<VendorMod><ListID>8-1</ListID><Name>A</Name></VendorMod>"),  # no EditSequence
        request("VendorMod", "<VendorMod><EditSequence>1</EditSequence><ListID>8-1</ListID></VendorMod>"),
        bill_of(f"{line('1.00')}{_REF}"),  # lines before the vendor
        bill_of(f"{_REF}<AmountDue>1.00</AmountDue>"),
        bill_of(f"{_REF}<RefNumber>1</RefNumber><TxnDate>2026-01-05</TxnDate>"),
        bill_of(f"{_REF}<ItemLineAdd><Amount>1.00</Amount></ItemLineAdd>{line('1.00')}"),  # items come last
        bill_of(line("1.00")),  # no vendor
        paid(f"{_PAYEE}<RefNumber>1</RefNumber><IsToBePrinted>true</IsToBePrinted>{_APPLIED}"),  # both
        paid(f"{_PAYEE}{_APPLIED}"),  # neither
        paid(f"{_PAYEE}<RefNumber>1</RefNumber>"),  # pays nothing
        paid(f"{_PAYEE}<Amount>1.00</Amount><RefNumber>1</RefNumber>{_APPLIED}"),
        query("Vendor", FullName="A", ListID="8-1"),  # a choice
        query("Vendor", FullName="A", ActiveStatus="All"),
        query("Vendor", ActiveStatus="All", MaxReturned="5"),
        query("Vendor", IncludeLineItems="true"),
        query("Bill", RefNumber="1", EntityFilter=""),
        query("Bill", IncludeRetElement="TxnID", IncludeLineItems="true"),
        query("BillPaymentCheck", PaidStatus="All"),
        query("BillPaymentCheck", IncludeLinkedTxns="true"),
        query("BillToPay"),
        query("TxnDeleted"),
        query("Host", OwnerID="0"),
        request("AccountQuery", "", iterator="Start"),  # has no iterators
        request("ClassQuery", "", iterator="Start"),
        request("TermsQuery", "", iterator="Start"),
        request("BillToPayQuery", fields(PayeeEntityRef=VENDOR), iterator="Start"),
        request("BillQuery", "", iterator="Begin"),
        request("BillQuery", "", metaData="yes"),
        request("VendorAdd", f"<VendorAdd>{NAME}</VendorAdd>", iterator="Start"),
        request("VendorDelete", ""),
        request("BillPaymentCreditCardMod", ""),  # there is none
        "<VendorQuery/>",
        request("TxnDel", fields(TxnID="1-1", TxnDelType="Bill")),
    ],
)
def test_a_wrong_structure_fails_the_whole_document_and_executes_nothing(desk: Desk, wrong: str) -> None:
    with pytest.raises(ProcessorError) as failed:
        desk.send(add("Vendor", Name="Contoso"), wrong)
    assert failed.value.hresult == PARSE
    assert [each["Name"] for each in desk.company.vendors.values()] == ["Northwind"]
    assert not desk.company.executed


_SETS = "<QBXML><QBXMLMsgsRq onError='stopOnError'><HostQueryRq/></QBXMLMsgsRq></QBXML>"


@pytest.mark.parametrize(
    ("text", "hresult"),
    [
        (_SETS, PARSE),  # no version
        ('<?qbxml version="99.0"?>' + _SETS, "0x80040423"),
        ('<?qbxml version="CA3.0"?>' + _SETS, PARSE),
        (OPENING + _SETS.replace("stopOnError", "rollbackOnError"), "0x80040413"),
        (OPENING + _SETS.replace("stopOnError", "ignore"), PARSE),
        (OPENING + _SETS.replace(" onError='stopOnError'", ""), PARSE),
        (OPENING + _SETS.replace(" onError", " retry='1' onError"), PARSE),
        (OPENING + _SETS.replace("</QBXML>", ""), PARSE),
        (OPENING + "<!DOCTYPE QBXML [<!ENTITY a 'b'>]>" + _SETS, PARSE),
        (OPENING + "<QBXML/>", PARSE),
        (OPENING + _SETS.replace("QBXML>", "Qbxml>"), PARSE),
        ("", PARSE),
    ],
)
def test_a_wrong_envelope_is_refused(desk: Desk, text: str, hresult: str) -> None:
    with pytest.raises(ProcessorError) as failed:
        desk.company.process(text)
    assert failed.value.hresult == hresult
    assert "12" not in failed.value.message  # nothing of the document is in the text


WRONG_VALUES = [
    (add("Vendor", Name="x" * 42), 3070),
    (add("Vendor", Name="A", IsActive="True"), 3010),
    (add("Vendor", Name="A", IsActive="Y"), 3010),
    (add("Vendor", Name="A", CreditLimit="1,200.00"), 3040),
    (add("Vendor", Name="A", ExternalGUID="74D5A1E0-F284-5652-BC70-8263F1E9AF4D"), 3000),
    (add("Account", Name="A", AccountType="Cash"), 3060),
    (add("Bill", line("12.5"), VendorRef=VENDOR), 3040),
    (add("Bill", line("$5.00"), VendorRef=VENDOR), 3040),
    (add("Bill", line("12345678901234.00"), VendorRef=VENDOR), 3040),
    (add("Bill", VendorRef=VENDOR, TxnDate="05/01/2026"), 3020),
    (add("Bill", VendorRef=VENDOR, TxnDate="2026-02-30"), 3020),
    (add("Bill", VendorRef=VENDOR, RefNumber="x" * 21), 3070),
    (paid(f"{_PAYEE}<RefNumber>{'x' * 12}</RefNumber>{_APPLIED}"), 3070),
    (query("Bill", "<ModifiedDateRangeFilter><FromModifiedDate>2026-01-05T00:00:00Z</FromModifiedDate>"
           "</ModifiedDateRangeFilter>"), 3020),
    (query("Vendor", FromModifiedDate="2026-01-05T00:00:00.5"), 3020),
    (query("Vendor", MaxReturned="many"), 3060),
    (query("Vendor", ActiveStatus="Active"), 3060),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "code"), WRONG_VALUES)
def test_a_wrong_value_fails_its_own_request_or_by_a_switch_the_document(desk: Desk, wrong: str, code: int) -> None:
    refused, neighbour = desk.send(wrong, add("Vendor", Name="Contoso"))
    assert (refused.code, refused.severity, neighbour.code) == (code, "Error", 0)
    desk.company.options(facets="document", enumerations="document")
    with pytest.raises(ProcessorError, match=PARSE):
        desk.send(wrong)


@pytest.mark.parametrize(
    "right",
    [
        add("Vendor", Name="x" * 41, CreditLimit="+1200.00"),
        add("Vendor", Name="A", IsActive="0"),
        add("Vendor", Name="A", IsActive="", CompanyName="", VendorAddress=""),
        add("Vendor", "<VendorAddress><City>Dayton</City></VendorAddress>", Name="A"),
        add("Bill", line("12"), VendorRef=VENDOR, TxnDate="2026-02-28"),
        add("Bill", line("0.00") + line("5.00") + line("-1.00"), VendorRef=VENDOR, RefNumber="x" * 20),
        query("Vendor", FromModifiedDate="2020-01-05T10:20"),
        query("Vendor", FromModifiedDate="2020-01-05T10:20:30-05:00", ToModifiedDate=""),
        request("HostQuery"),
        request("AccountQuery", metaData="MetaDataOnly"),
    ],
)
def test_what_the_schema_allows_is_taken(desk: Desk, right: str) -> None:
    assert desk.outcome(right) == "0"


def test_elements_of_a_later_version_are_unknown_in_an_earlier_one(desk: Desk) -> None:
    newer = document(add("Vendor", Name="A", JobTitle="Clerk"))
    with pytest.raises(ProcessorError, match="JobTitle"):
        desk.company.process(newer.replace('"13.0"', '"11.0"'))
    assert "VendorRet" in desk.company.process(newer.replace('"13.0"', '"12.0"'))


def test_the_reply_has_a_declaration_without_encoding_and_double_quotes(desk: Desk) -> None:
    answer = desk.company.process(document(add("Vendor", Name='A "B" & <C>'), add("Vendor", Name='A "B" & <C>')))
    assert answer.startswith('<?xml version="1.0" ?>\n<QBXML>')
    assert "<?qbxml" not in answer and "messageSetStatusCode" not in answer
    assert '<VendorAddRs statusCode="0" statusSeverity="Info" statusMessage="Status OK"><VendorRet>' in answer
    assert (
        'statusCode="3100" statusSeverity="Error" statusMessage="The name &quot;A &quot;B&quot; &amp; &lt;C&gt;&quot;'
        ' of the list element is already in use." />'
    ) in answer
    assert '<Name>A "B" &amp; &lt;C&gt;</Name>' in answer
    assert "CompanyName" not in answer  # what is empty is left out


def test_request_ids_come_back_and_must_be_short(desk: Desk) -> None:
    there = desk.send(
        request("HostQuery", requestID="h-1"), request("HostQuery"), request("HostQuery", requestID="x" * 51)
    )
    assert [(each.id, each.code) for each in there] == [("h-1", 0), (None, 0), ("x" * 51, 1060)]
    desk.company.options(blank_request_id=True)
    assert desk.ask(request("HostQuery")).id == ""


def test_after_an_error_the_rest_is_skipped_only_with_stop_on_error(desk: Desk) -> None:
    three = (add("Vendor", Name="A:B"), add("Vendor", Name="Contoso"), query("Vendor", FullName="Nobody"))
    assert [each.code for each in desk.send(*three, on_error="stopOnError")] == [3090, 3231, 3231]
    assert [each.code for each in desk.send(*three)] == [3090, 0, 500]
    warned = desk.send(three[2], add("Vendor", Name="Fabrikam"), on_error="stopOnError")
    assert [each.code for each in warned] == [500, 0]  # a warning is no failure
    assert desk.send(three[0], three[1], on_error="stopOnError")[1].text == "The request has not been processed."


CYRILLIC, CURLY = "Завод", "O\u2019Hara"


@pytest.mark.parametrize(
    ("switches", "typed", "outcome"),
    [
        ({}, "Müller", "Müller"),
        ({}, CYRILLIC, PARSE),
        ({}, CURLY, PARSE),
        ({}, "&#1047;avod", "?avod"),
        ({}, "M&#252;ller", "Müller"),
        ({"windows_1252": True}, CURLY, CURLY),
        ({"non_latin": "all_refused"}, "&#1047;avod", PARSE),
        ({"non_latin": "all_stored"}, CYRILLIC, "?????"),
    ],
)
def test_characters_that_the_file_cannot_hold(
    desk: Desk, switches: dict[str, object], typed: str, outcome: str
) -> None:
    desk.company.options(**switches)
    sent = document(vendor(f"<Name>{typed}</Name>"))
    if outcome == PARSE:
        with pytest.raises(ProcessorError, match=PARSE):
            desk.company.process(sent)
    else:
        assert f"<Name>{outcome}</Name>" in desk.company.process(sent)


def test_declared_latin_text_is_stored_with_question_marks(desk: Desk) -> None:
    sent = document(vendor(f"<Name>{CYRILLIC}</Name>")).replace("utf-8", "ISO-8859-1")
    assert "<Name>?????</Name>" in desk.company.process(sent)


def test_permissions_editions_and_locks_are_conditions_of_the_company(desk: Desk) -> None:
    tax = add("Vendor", Name="A", VendorTaxIdent="98-7654321")
    assert desk.ask(tax).code == 3261
    desk.company.options(personal_data=True)
    assert desk.ask(tax).get("VendorTaxIdent") == "98-7654321"
    desk.company.options(forbidden=["BillAdd"], disabled=["VendorCreditQuery"], personal_data=False)
    assert desk.ask(bill(VENDOR, "1.00")).code == 3260
    assert desk.ask(query("VendorCredit")).code == 3250
    assert desk.ask(query("Vendor", FullName="A")).get("VendorTaxIdent") == ""
    desk.company.options(session_required=True)
    desk.company.end_session()
    with pytest.raises(ProcessorError, match="0x8004040D"):
        desk.ask(request("HostQuery"))


def test_old_files_hold_control_characters_that_come_out_as_they_are(desk: Desk) -> None:
    desk.company.add_vendor("Old\x0bName")
    assert "<Name>Old\x0bName</Name>" in desk.company.process(document(query("Vendor")))


def test_leaving_out_the_data_leaves_the_status(desk: Desk) -> None:
    answer = desk.company.process(document(add("Vendor", Name="A"), responseData="includeNone"))
    assert 'statusCode="0"' in answer and "VendorRet" not in answer
