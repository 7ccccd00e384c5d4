"""The WSDL of the eight operations, as the vendor publishes them."""

TNS = "http://developer.intuit.com/"
OPERATIONS: dict[str, dict[str, str]] = {
    "serverVersion": {},
    "clientVersion": {"strVersion": "string"},
    "authenticate": {"strUserName": "string", "strPassword": "string"},
    "sendRequestXML": {
        "ticket": "string", "strHCPResponse": "string", "strCompanyFileName": "string", "qbXMLCountry": "string",
        "qbXMLMajorVers": "int", "qbXMLMinorVers": "int",
    },
    "receiveResponseXML": {"ticket": "string", "response": "string", "hresult": "string", "message": "string"},
    "connectionError": {"ticket": "string", "hresult": "string", "message": "string"},
    "getLastError": {"ticket": "string"},
    "closeConnection": {"ticket": "string"},
}  # fmt: skip
_RESULTS = {"authenticate": "ArrayOfString", "receiveResponseXML": "int"}


def description(address: str) -> str:
    """Returns the WSDL of the eight operations, for a service at this address."""
    schema, messages, port, binding = [], [], [], []
    for name, parameters in OPERATIONS.items():
        result = _RESULTS.get(name, "string")
        kind = f"tns:{result}" if result == "ArrayOfString" else f"s:{result}"
        schema.append(_wrapper(name, "".join(_typed(each, f"s:{kind_}") for each, kind_ in parameters.items())))
        schema.append(_wrapper(f"{name}Response", _typed(f"{name}Result", kind)))
        for part in ("", "Response"):
            inner = f'<part name="parameters" element="tns:{name}{part}"/>'
            messages.append(f'<message name="{name}{part}M">{inner}</message>')
        in_out = f'<input message="tns:{name}M"/><output message="tns:{name}ResponseM"/>'
        port.append(f'<operation name="{name}">{in_out}</operation>')
        body = '<soap:body use="literal"/>'
        said = f'<soap:operation soapAction="{TNS}{name}" style="document"/>'
        binding.append(f'<operation name="{name}">{said}<input>{body}</input><output>{body}</output></operation>')
    items = '<s:element minOccurs="0" maxOccurs="unbounded" name="string" nillable="true" type="s:string"/>'
    return f"""<?xml version="1.0" encoding="utf-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:tns="{TNS}" targetNamespace="{TNS}">
<types><s:schema elementFormDefault="qualified" targetNamespace="{TNS}">{"".join(schema)}
<s:complexType name="ArrayOfString"><s:sequence>{items}</s:sequence></s:complexType></s:schema></types>
{"".join(messages)}<portType name="Port">{"".join(port)}</portType>
<binding name="Binding" type="tns:Port"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>{"".join(binding)}
</binding><service name="QBWebConnectorSvc"><port name="QBWebConnectorSvcSoap" binding="tns:Binding">
<soap:address location="{address}"/></port></service></definitions>"""


def _typed(name: str, kind: str) -> str:
    return f'<s:element minOccurs="{int(kind == "s:int")}" maxOccurs="1" name="{name}" type="{kind}"/>'


def _wrapper(name: str, inner: str) -> str:
    return f'<s:element name="{name}"><s:complexType><s:sequence>{inner}</s:sequence></s:complexType></s:element>'
