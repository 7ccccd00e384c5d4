"""Describes the service to SOAP clients: document/literal wrapped, one binding of SOAP 1.1."""

from html import escape

from deployments.web.web_connector.operations import INTEGERS, OPERATIONS, Operation
from deployments.web.web_connector.soap import NAMESPACE

_FRAME = """<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="{namespace}" targetNamespace="{namespace}">
  <wsdl:types>
    <xsd:schema elementFormDefault="qualified" targetNamespace="{namespace}">
      <xsd:complexType name="ArrayOfString"><xsd:sequence>
        <xsd:element name="string" type="xsd:string" nillable="true" minOccurs="0" maxOccurs="unbounded"/>
      </xsd:sequence></xsd:complexType>
{elements}
    </xsd:schema>
  </wsdl:types>
{messages}
  <wsdl:portType name="WebConnectorSoap">
{operations}
  </wsdl:portType>
  <wsdl:binding name="WebConnectorSoap" type="tns:WebConnectorSoap">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>
{bound}
  </wsdl:binding>
  <wsdl:service name="WebConnector">
    <wsdl:port name="WebConnectorSoap" binding="tns:WebConnectorSoap"><soap:address location="{address}"/></wsdl:port>
  </wsdl:service>
</wsdl:definitions>
"""
_ELEMENT = """      <xsd:element name="{name}"><xsd:complexType><xsd:sequence>
        {content}
      </xsd:sequence></xsd:complexType></xsd:element>"""
_MESSAGES = """  <wsdl:message name="{name}In"><wsdl:part name="parameters" element="tns:{name}"/></wsdl:message>
  <wsdl:message name="{name}Out"><wsdl:part name="parameters" element="tns:{name}Response"/></wsdl:message>"""
_OPERATION = """    <wsdl:operation name="{name}"><wsdl:input message="tns:{name}In"/>\
<wsdl:output message="tns:{name}Out"/></wsdl:operation>"""
_BOUND = """    <wsdl:operation name="{name}"><soap:operation soapAction="{namespace}{name}" style="document"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>
    </wsdl:operation>"""


def wsdl(address: str) -> str:
    """Returns the description of the service at this address."""
    return _FRAME.format(
        namespace=NAMESPACE,
        address=escape(address),
        elements="\n".join(_elements(name, one) for name, one in OPERATIONS.items()),
        messages=_each(_MESSAGES),
        operations=_each(_OPERATION),
        bound=_each(_BOUND),
    )


def _each(pattern: str) -> str:
    return "\n".join(pattern.format(name=name, namespace=NAMESPACE) for name in OPERATIONS)


def _elements(name: str, operation: Operation) -> str:
    kinds = ((one, "int" if one in INTEGERS else "string") for one in operation.parameters)
    parameters = "".join(_part(one, kind) for one, kind in kinds)
    result = _part(f"{name}Result", operation.answers)
    asked, answered = ((name, parameters), (f"{name}Response", result))
    return "\n".join(_ELEMENT.format(name=one, content=content) for one, content in (asked, answered))


def _part(name: str, kind: str) -> str:
    prefix = "tns" if kind == "ArrayOfString" else "xsd"
    return f'<xsd:element name="{name}" type="{prefix}:{kind}" minOccurs="{1 if kind == "int" else 0}"/>'
