// Names of the vocabularies on the wire (ONVIF Core, WSN, SOAP 1.1 and 1.2).

const onvif = 'http://www.onvif.org';

export const namespaces = {
  device: `${onvif}/ver10/device/wsdl`,
  media: `${onvif}/ver10/media/wsdl`,
  media2: `${onvif}/ver20/media/wsdl`,
  events: `${onvif}/ver10/events/wsdl`,
  notification: 'http://docs.oasis-open.org/wsn/b-2',
  ptz: `${onvif}/ver20/ptz/wsdl`,
  imaging: `${onvif}/ver20/imaging/wsdl`,
  analytics: `${onvif}/ver20/analytics/wsdl`,
  deviceIo: `${onvif}/ver10/deviceIO/wsdl`,
  search: `${onvif}/ver10/search/wsdl`,
  replay: `${onvif}/ver10/replay/wsdl`,
  recording: `${onvif}/ver10/recording/wsdl`,
  schema: `${onvif}/ver10/schema`,
} as const;

/** Of events, in topic expressions (ONVIF Core, "topic namespace"). */
export const topics = `${onvif}/ver10/topics`;

export const soapEnvelopes = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;
export type SoapVersion = keyof typeof soapEnvelopes;
