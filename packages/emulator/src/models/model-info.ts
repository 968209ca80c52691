import type { HostedModelInfo, HostedParameter } from '../../../../spec/hosted-models.js'

/** One model as `GET /models` shows it (schema `ModelInfo` of the contract). */
export interface ModelInfo extends HostedModelInfo {
  readonly provider_name: string
}

export type SupportedParameter = HostedParameter

export type ParameterValue = NonNullable<SupportedParameter['default']>
