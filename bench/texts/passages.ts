import { between, oneOf, seededRandom } from './random.js'

const words = (
  'the a of and to in for with on from by at as is was has will can may over under after before between ' +
  'request answer server client budget minute token vector index passage query document model ranking ' +
  'connection socket timeout retry batch stream memory limit service region network cluster replica shard ' +
  'storage backup release version library function module compiler language grammar sentence paragraph ' +
  'river mountain harbour railway bridge station island forest valley winter summer morning evening ' +
  'history museum painting orchestra theatre university professor student scientist experiment laboratory'
).split(' ')

/** Texts of `least` to `most` words, all different, the same on every run. */
export function passages(
  count: number,
  { least, most, seed = 1 }: { least: number; most: number; seed?: number },
): string[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, i) => {
    const text = Array.from({ length: between(random, least, most) }, () => oneOf(random, words)).join(' ')
    return `Passage ${i}: ${text}.`
  })
}
