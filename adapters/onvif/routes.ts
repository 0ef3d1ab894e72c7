// What an ordinary client may say to a recorder, as data: ONVIF operations by namespace and name. Unknown means no.
import type { RouteClass } from '../../plugin/domain/adapter.js';
import { namespaces } from './namespaces.js';

/** Only read. */
const safe: Record<keyof typeof namespaces, string> = {
  // Left out on purpose, so refused: GetSystemBackup, GetSystemLog, GetSystemSupportInformation, GetSystemUris, GetUsers and
  // certificates: they hand out
  // what opens the recorder by another way.
  device: `
    GetServices GetServiceCapabilities GetCapabilities GetWsdlUrl GetDeviceInformation GetSystemDateAndTime GetScopes GetHostname
    GetDNS GetNTP GetDynamicDNS GetNetworkInterfaces GetNetworkProtocols GetNetworkDefaultGateway GetZeroConfiguration
    GetDiscoveryMode GetRelayOutputs GetEndpointReference GetGeoLocation`,
  media: `
    GetServiceCapabilities GetProfiles GetProfile GetVideoSources GetAudioSources GetAudioOutputs GetSnapshotUri
    GetVideoSourceConfigurations GetVideoSourceConfiguration GetVideoSourceConfigurationOptions
    GetCompatibleVideoSourceConfigurations GetVideoEncoderConfigurations GetVideoEncoderConfiguration
    GetVideoEncoderConfigurationOptions GetCompatibleVideoEncoderConfigurations GetGuaranteedNumberOfVideoEncoderInstances
    GetAudioSourceConfigurations GetAudioSourceConfiguration GetAudioSourceConfigurationOptions
    GetCompatibleAudioSourceConfigurations GetAudioEncoderConfigurations GetAudioEncoderConfiguration
    GetAudioEncoderConfigurationOptions GetCompatibleAudioEncoderConfigurations GetAudioOutputConfigurations
    GetAudioOutputConfiguration GetAudioOutputConfigurationOptions GetCompatibleAudioOutputConfigurations
    GetAudioDecoderConfigurations GetAudioDecoderConfiguration GetAudioDecoderConfigurationOptions
    GetCompatibleAudioDecoderConfigurations GetVideoAnalyticsConfigurations GetVideoAnalyticsConfiguration
    GetCompatibleVideoAnalyticsConfigurations GetMetadataConfigurations GetMetadataConfiguration GetMetadataConfigurationOptions
    GetCompatibleMetadataConfigurations GetVideoSourceModes GetOSDs GetOSD GetOSDOptions SetSynchronizationPoint`,
  media2: `
    GetServiceCapabilities GetProfiles GetSnapshotUri GetVideoSourceConfigurations GetVideoEncoderConfigurations
    GetAudioSourceConfigurations GetAudioEncoderConfigurations GetAnalyticsConfigurations GetMetadataConfigurations
    GetAudioOutputConfigurations GetAudioDecoderConfigurations GetVideoSourceConfigurationOptions
    GetVideoEncoderConfigurationOptions GetAudioSourceConfigurationOptions GetAudioEncoderConfigurationOptions
    GetMetadataConfigurationOptions GetAudioOutputConfigurationOptions GetAudioDecoderConfigurationOptions GetVideoEncoderInstances
    GetVideoSourceModes GetOSDs GetOSDOptions GetMasks GetMaskOptions SetSynchronizationPoint`,
  events: `GetServiceCapabilities GetEventProperties CreatePullPointSubscription PullMessages SetSynchronizationPoint`,
  notification: `Renew Unsubscribe`,
  ptz: `
    GetServiceCapabilities GetNodes GetNode GetConfigurations GetConfiguration GetConfigurationOptions GetCompatibleConfigurations
    GetStatus GetPresets GetPresetTours GetPresetTour GetPresetTourOptions`,
  imaging: `GetServiceCapabilities GetImagingSettings GetOptions GetMoveOptions GetStatus GetPresets GetCurrentPreset`,
  analytics: `
    GetServiceCapabilities GetSupportedAnalyticsModules GetAnalyticsModules GetAnalyticsModuleOptions GetSupportedMetadata
    GetSupportedRules GetRules GetRuleOptions`,
  deviceIo: `
    GetServiceCapabilities GetVideoSources GetAudioSources GetAudioOutputs GetVideoOutputs GetRelayOutputs GetRelayOutputOptions
    GetDigitalInputs GetSerialPorts`,
  search: `
    GetServiceCapabilities GetRecordingSummary GetRecordingInformation GetMediaAttributes FindRecordings GetRecordingSearchResults
    FindEvents GetEventSearchResults FindPTZPosition GetPTZPositionSearchResults FindMetadata GetMetadataSearchResults
    GetSearchState EndSearch`,
  replay: `GetServiceCapabilities GetReplayConfiguration`,
  recording: `
    GetServiceCapabilities GetRecordings GetRecordingConfiguration GetRecordingOptions GetTrackConfiguration GetRecordingJobs
    GetRecordingJobConfiguration GetRecordingJobState GetExportRecordedDataState`,
  schema: ``,
};

/** Recorded footage would leave. */
const footage: Partial<Record<keyof typeof namespaces, string>> = {
  replay: 'GetReplayUri',
  recording: 'ExportRecordedData ListRecordedSegments ExportRecordedSegments',
};

/** The answer is an address of the recorder itself, past the gate: who reaches it there may ask it for recordings as well. */
const live: Partial<Record<keyof typeof namespaces, string>> = { media: 'GetStreamUri', media2: 'GetStreamUri' };

/** Changes something, beyond what its verb says. */
const writing: Partial<Record<keyof typeof namespaces, string>> = {
  device:
    'SystemReboot RestoreSystem UpgradeSystemFirmware SendAuxiliaryCommand LoadCertificates LoadCertificateWithPrivateKey ' +
    'LoadCACertificates ScanAvailableDot11Networks',
  // A notification would be posted to an address of the client's choice.
  notification: 'Subscribe PauseSubscription ResumeSubscription',
  events: 'Seek',
  ptz:
    'ContinuousMove AbsoluteMove RelativeMove GeoMove MoveAndStartTracking GotoPreset GotoHomePosition OperatePresetTour ' +
    'SendAuxiliaryCommand',
  imaging: 'Move',
  deviceIo: 'SendReceiveSerialCommand',
  recording: 'OverrideSegmentDuration',
};

/** In a service that we know, these verbs change something, in whatever release of ONVIF they come. */
const writingVerbs =
  /^(Set|Create|Delete|Add|Remove|Start|Stop|Modify|Update|Upload|Restore|Upgrade|Trigger|Configure|Load|Operate|Goto)(?=[A-Z]|$)/;

/** Names of operations by which footage leaves, of whatever service. */
export const footageOperations: readonly string[] = Object.values(footage).flatMap((text) => text.split(' '));

const names = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter(Boolean);
const kinds = Object.keys(namespaces) as (keyof typeof namespaces)[];

/** Namespace → operation → class. */
export const routes: ReadonlyMap<string, ReadonlyMap<string, RouteClass>> = new Map(
  kinds.map((kind) => [
    namespaces[kind],
    new Map<string, RouteClass>([
      ...names(writing[kind]).map((name) => [name, 'writing'] as const),
      ...names(safe[kind]).map((name) => [name, 'safe'] as const),
      ...names(live[kind]).map((name) => [name, 'live'] as const),
      ...names(footage[kind]).map((name) => [name, 'footage'] as const),
    ]),
  ]),
);

export function classOf(namespace: string, operation: string): RouteClass {
  const service = routes.get(namespace);
  return service?.get(operation) ?? (service && writingVerbs.test(operation) ? 'writing' : 'unknown');
}
