// A writer of the few protobuf messages of ONNX that a tiny model needs:
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

/** A field of a message: a number, or bytes, text or another message. */
type Field = readonly [number: number, value: number | string | Uint8Array]

const float32 = 1
const int64 = 7

function message(...fields: Field[]): Uint8Array {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [varint(number << 3), varint(value)]
      const bytes = Buffer.from(value)
      return [varint((number << 3) | 2), varint(bytes.length), bytes]
    }),
  )
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Uint8Array.from([...bytes, rest])
}

export function node(op: string, inputs: string[], output: string, attributes: Record<string, number> = {}) {
  return message(
    ...inputs.map((name): Field => [1, name]),
    [2, output],
    [4, op],
    ...Object.entries(attributes).map(([name, i]): Field => [5, message([1, name], [3, i], [20, 2])]),
  )
}

export function floats(name: string, dims: number[], values: readonly number[]) {
  return tensor(name, dims, float32, [[9, floatBytes(values)]])
}

export function integers(name: string, values: number[]) {
  return tensor(name, [values.length], int64, [
    [9, new Uint8Array(BigInt64Array.from(values, BigInt).buffer)],
  ])
}

/** Floats that stand in another file beside the model, as those of models above 2 GB do. */
export function externalFloats(name: string, dims: number[], file: string) {
  return tensor(name, dims, float32, [
    [13, message([1, 'location'], [2, file])],
    [14, 1],
  ])
}

export function floatBytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}

function tensor(name: string, dims: number[], type: number, data: Field[]) {
  return message(...dims.map((dim): Field => [1, dim]), [2, type], [8, name], ...data)
}

/** An ONNX file whose inputs are whole numbers `[batch, tokens]` and whose output has the given shape. */
export function onnxFile(graph: {
  readonly inputs: readonly string[]
  readonly output: { readonly name: string; readonly shape: readonly (string | number)[] }
  readonly constants: readonly Uint8Array[]
  readonly nodes: readonly Uint8Array[]
}): Uint8Array {
  const { inputs, output, constants, nodes } = graph
  return message(
    [1, 8],
    [
      7,
      message(
        ...nodes.map((bytes): Field => [1, bytes]),
        [2, 'tiny'],
        ...constants.map((bytes): Field => [5, bytes]),
        ...inputs.map((name): Field => [11, valueInfo(name, int64, ['batch', 'tokens'])]),
        [12, valueInfo(output.name, float32, output.shape)],
      ),
    ],
    [8, message([1, ''], [2, 13])],
  )
}

function valueInfo(name: string, type: number, shape: readonly (string | number)[]): Uint8Array {
  const dims = shape.map((dim): Field => [1, message([typeof dim === 'number' ? 1 : 2, dim])])
  return message([1, name], [2, message([1, message([1, type], [2, message(...dims)])])])
}
