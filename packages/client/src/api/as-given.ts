/**
 * Parameters as given, where they are such `Parameters` with these `Values`; else what they may be, for the compiler to
 * say so. A value that is only known when the program runs, of type `string` or `number`, passes here: it is checked
 * before it is sent.
 */
export type AsGiven<Given, Parameters, Values> = [Given] extends [Parameters & OrUnknown<Values, Given>]
  ? Given
  : Parameters & Values

type OrUnknown<Values, Given> = {
  [K in keyof Values]: Values[K] | (K extends keyof Given ? UnknownValue<Given[K]> : never)
}

type UnknownValue<V> = string extends V ? string : number extends V ? number : never
