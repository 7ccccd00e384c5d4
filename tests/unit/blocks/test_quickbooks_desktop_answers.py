"""What QuickBooks Desktop's answers say, and who must act."""

import pytest

from blocks.errors import (
    AwayError,
    BusyRecordError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    RefusedError,
    TransientError,
    VendorError,
)
from blocks.quickbooks_desktop.answers import Answer, ids_of, parsed
from blocks.quickbooks_desktop.channel import UnreadableError
from blocks.quickbooks_desktop.meanings import MEANINGS, REMEDIES, failure, problem, query_problem

ENVELOPE = '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs {}>{}</QBXMLMsgsRs></QBXML>'


def answered(content: str, attributes: str = "") -> Answer:
    return parsed(ENVELOPE.format(attributes, content)).answers[0]


def test_a_record_is_read_with_its_lines_in_order() -> None:
    [bill] = answered(
        '<BillQueryRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><BillRet>'
        "<TxnID>1-1</TxnID><Memo>M&#252;ller</Memo><LinkedTxn><TxnID>2</TxnID></LinkedTxn>"
        "<ExpenseLineRet><Amount>1.00</Amount></ExpenseLineRet>"
        "<ItemLineRet><TxnLineID>a</TxnLineID></ItemLineRet><ItemGroupLineRet><TxnLineID>b</TxnLineID>"
        "</ItemGroupLineRet><ItemLineRet><TxnLineID>c</TxnLineID></ItemLineRet></BillRet></BillQueryRs>"
    ).records
    assert bill == {
        "TxnID": "1-1",
        "Memo": "Müller",
        "LinkedTxn": [{"TxnID": "2"}],
        "ExpenseLineRet": [{"Amount": "1.00"}],
        "ItemLines": [
            {"ItemLineRet": {"TxnLineID": "a"}},
            {"ItemGroupLineRet": {"TxnLineID": "b"}},
            {"ItemLineRet": {"TxnLineID": "c"}},
        ],
    }


def test_an_answer_tells_the_state_of_its_set_and_its_iterator() -> None:
    found = parsed(
        ENVELOPE.format(
            'newMessageSetID="abc" messageSetStatusCode="9005"',
            '<VendorQueryRs requestID="" statusCode="0" statusMessage="a &quot;b&quot;" retCount="1"'
            ' iteratorRemainingCount="230" iteratorID="{x}"/>',
        )
    )
    assert (found.status, found.set_id) == (9005, "abc")
    assert (found.answers[0].remaining, found.answers[0].iterator_id, found.answers[0].text) == (230, "{x}", 'a "b"')


def test_an_id_is_taken_from_the_record_or_from_the_recovery() -> None:
    recovered = answered(
        '<BillAddRs requestID="1" statusCode="0"><ErrorRecovery><TxnID>3A1-1</TxnID><EditSequence>7</EditSequence>'
        "</ErrorRecovery></BillAddRs>"
    )
    returned = answered('<VendorAddRs statusCode="0"><VendorRet><ListID>80-1</ListID></VendorRet></VendorAddRs>')
    deleted = answered('<TxnDelRs statusCode="0"><TxnDelType>Bill</TxnDelType><TxnID>3A1-1</TxnID></TxnDelRs>')
    assert [ids_of(one) for one in (recovered, returned, deleted)] == [("3A1-1", "7"), ("80-1", ""), ("3A1-1", "")]


def test_control_characters_of_old_files_do_no_harm() -> None:
    [vendor] = answered(
        '<VendorQueryRs statusCode="0"><VendorRet><Name>A\x07B&#x1;C&#2;D&#10;</Name></VendorRet></VendorQueryRs>'
    ).records
    assert vendor["Name"] == "ABCD\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        "<QBXML><QBXMLMsgsRs>",
        "<QBXML/>",
        '<!DOCTYPE x [<!ENTITY a "b">]><QBXML><QBXMLMsgsRs/></QBXML>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><QBXML><QBXMLMsgsRs>&a;</QBXMLMsgsRs></QBXML>',
    ],
)
def test_what_is_no_answer_is_asked_again(text: str) -> None:
    with pytest.raises(TransientError) as caught:
        parsed(text)
    assert "QWCLog.txt" in caught.value.remedy


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (1000, "", TransientError),
        (3070, "", RefusedError),
        (3171, "", RefusedError),
        (3175, "", BusyRecordError),
        (3176, "", BusyRecordError),
        (3170, "This list has been modified by another user.", BusyRecordError),
        (3170, "There is a rule against it.", RefusedError),
        (3180, "QuickBooks error message: This list has been modified by another user.", BusyRecordError),
        (3180, "The amounts do not add up.", RefusedError),
        (3200, "", ConflictError),
        (3231, "", BusyRecordError),
        (3261, "", RefusedError),
        (3347, "", RefusedError),
        (2222, "", RefusedError),
        (-1, "", RefusedError),
    ],
)
def test_a_code_says_what_comes_next(code: int, text: str, kind: type[VendorError]) -> None:
    error = problem(Answer("1", "BillAdd", code, "Error", text))
    assert type(error) is kind
    assert error.remedy
    assert text in str(error)
    assert str(code) in str(error)


@pytest.mark.parametrize("code", [0, 1, 500, 530, 531, 550])
def test_what_was_saved_is_no_error(code: int) -> None:
    assert problem(Answer("1", "BillAdd", code, "Warn")) is None


@pytest.mark.parametrize(("code", "kind"), [(1, None), (500, None), (3120, None), (3250, None), (3261, ForbiddenError)])
def test_what_a_company_does_not_have_is_an_empty_answer(code: int, kind: type[VendorError] | None) -> None:
    error = query_problem(Answer("1", "ClassQuery", code, "Error"))
    assert (None if error is None else type(error)) is kind


@pytest.mark.parametrize(
    ("hresult", "kind"),
    [
        ("0x80040400", UnreadableError),
        ("0x80040414", AwayError),
        ("0x8004041A", ForbiddenError),
        ("0x80040423", ConfigurationError),
        ("0x8FFFFFFF", AwayError),
    ],
)
def test_a_failure_of_quickbooks_says_who_must_act(hresult: str, kind: type[VendorError]) -> None:
    error = failure(hresult, "said so")
    assert type(error) is kind
    assert error.remedy
    assert str(error) == f"QuickBooks answered {hresult}: said so"


def test_every_known_code_has_a_remedy() -> None:
    assert all(meaning.remedy for meaning in MEANINGS.values())
    assert all(REMEDIES.values())
    assert all(code == code.lower() for code in REMEDIES)
