// The stored form of a data object: a version byte, then fields as varints and counted byte runs. Written and read for
// every answer of every object, so it is binary and allocates little.

internal import Kernel

extension DataObject {
    private static let version: UInt8 = 1

    /// The bytes of the object's row.
    package var encoded: [UInt8] {
        var bytes = ByteEncoder()
        bytes.byte(Self.version)
        switch phase {
        case .open: bytes.byte(0)
        case .answered(let at):
            bytes.byte(1)
            bytes.integer(at.microseconds)
        case .labeled: bytes.byte(2)
        case .failed(let reason):
            bytes.byte(3)
            bytes.text(reason)
        case .cancelled: bytes.byte(4)
        }
        bytes.integer(Int64(workersAsked))
        bytes.integer(Int64(answers.count))
        for answer in answers {
            bytes.text(answer.worker)
            bytes.run(answer.content)
            bytes.integer(answer.accepted.microseconds)
            bytes.integer((answer.submitted - answer.accepted).inMicroseconds)
            bytes.integer(answer.timeSpent.inMicroseconds)
        }
        bytes.integer(Int64(leases.count))
        for lease in leases {
            bytes.text(lease.worker)
            bytes.integer(lease.accepted.microseconds)
            bytes.integer(lease.until.microseconds)
        }
        bytes.integer(Int64(declines.count))
        for worker in declines { bytes.text(worker) }
        return bytes.bytes
    }

    /// Nil where the bytes were not written by `encoded`.
    package init?(decoding bytes: UnsafeRawBufferPointer) {
        var reader = ByteDecoder(bytes)
        guard reader.byte() == Self.version, let phase = Self.phase(from: &reader), let asked = reader.count(),
            let answers = reader.list(of: Answer.init(from:)), let leases = reader.list(of: Lease.init(from:)),
            let declines = reader.list(of: { $0.text() }), reader.isAtEnd
        else { return nil }
        self.init(phase: phase, workersAsked: asked, answers: answers, leases: leases, declines: declines)
    }

    private static func phase(from reader: inout ByteDecoder) -> Phase? {
        switch reader.byte() {
        case 0: .open
        case 1: reader.integer().map { .answered(Instant(microseconds: $0)) }
        case 2: .labeled
        case 3: reader.text().map { .failed($0) }
        case 4: .cancelled
        default: nil
        }
    }
}

extension DataObject.Answer {
    fileprivate init?(from reader: inout ByteDecoder) {
        guard let worker = reader.text(), let content = reader.run(), let accepted = reader.integer(),
            let taken = reader.integer(), let spent = reader.integer()
        else { return nil }
        self.init(
            worker: worker, content: content, accepted: Instant(microseconds: accepted),
            submitted: Instant(microseconds: accepted + taken), timeSpent: .microseconds(spent))
    }
}

extension DataObject.Lease {
    fileprivate init?(from reader: inout ByteDecoder) {
        guard let worker = reader.text(), let accepted = reader.integer(), let until = reader.integer()
        else { return nil }
        self.init(worker: worker, accepted: Instant(microseconds: accepted), until: Instant(microseconds: until))
    }
}
