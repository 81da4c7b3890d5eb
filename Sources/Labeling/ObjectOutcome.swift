// What an object's line of the output manifest has beyond its input line, in the form the job's rows keep it.

/// The result of one object.
package enum ObjectOutcome: Hashable, Sendable {
    case labeled(OutputLabel)
    case failed(String)

    /// The bytes of `ObjectRow.label`.
    package var encoded: [UInt8] {
        var bytes = ByteEncoder()
        switch self {
        case .labeled(let label):
            bytes.byte(0)
            bytes.run(label.value)
            bytes.run(label.metadata)
        case .failed(let reason):
            bytes.byte(1)
            bytes.text(reason)
        }
        return bytes.bytes
    }

    /// Nil where the bytes were not written by `encoded`.
    package init?(decoding bytes: UnsafeRawBufferPointer) {
        var reader = ByteDecoder(bytes)
        switch reader.byte() {
        case 0:
            guard let value = reader.run(), let metadata = reader.run() else { return nil }
            self = .labeled(OutputLabel(value: value, metadata: metadata))
        case 1:
            guard let reason = reader.text() else { return nil }
            self = .failed(reason)
        default: return nil
        }
    }
}
