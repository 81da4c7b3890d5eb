// The checksums that S3 takes along with a body (user guide: checking object integrity), and what becomes of them when
// an object is put together from parts.

internal import Kernel

/// One of S3's checksum algorithms; the raw value is AWS's name.
package enum ChecksumAlgorithm: String, CaseIterable, Hashable, Sendable {
    case crc32 = "CRC32"
    case crc32C = "CRC32C"
    case crc64NVME = "CRC64NVME"
    case sha1 = "SHA1"
    case sha256 = "SHA256"

    /// The request, response and trailer field that carries the value, such as `x-amz-checksum-crc32`.
    package var headerName: String {
        switch self {
        case .crc32: "x-amz-checksum-crc32"
        case .crc32C: "x-amz-checksum-crc32c"
        case .crc64NVME: "x-amz-checksum-crc64nvme"
        case .sha1: "x-amz-checksum-sha1"
        case .sha256: "x-amz-checksum-sha256"
        }
    }

    /// The XML element that carries the value, such as `ChecksumCRC32`.
    package var elementName: String { "Checksum" + rawValue }

    /// Length of a value in bytes.
    package var length: Int {
        switch self {
        case .crc32, .crc32C: 4
        case .crc64NVME: 8
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// Length of a value as the service writes it, in base64.
    package var encodedLength: Int { (length + 2) / 3 * 4 }

    /// The algorithm of a name such as `CRC32` or `crc32`; clients write both.
    package init?(name: String) { self.init(rawValue: name.uppercased()) }

    /// A digest of this algorithm, not yet fed.
    package func makeDigest() -> any StreamingDigest {
        switch self {
        case .sha1: SHA1Digest()
        case .sha256: SHA256Digest()
        case .crc32: CyclicDigest(.crc32)
        case .crc32C: CyclicDigest(.crc32C)
        case .crc64NVME: CyclicDigest(.crc64NVME)
        }
    }

    /// The polynomial, where the algorithm is a cyclic redundancy check.
    package var polynomial: CyclicDigest.Polynomial? {
        switch self {
        case .crc32: .crc32
        case .crc32C: .crc32C
        case .crc64NVME: .crc64NVME
        case .sha1, .sha256: nil
        }
    }
}

/// A checksum of known algorithm.
package struct Checksum: Hashable, Sendable {
    /// Decides the length of `bytes`.
    package let algorithm: ChecksumAlgorithm
    /// The digest in the order in which it is written out.
    package let bytes: [UInt8]

    /// Takes a finished digest. The length must be the algorithm's.
    package init(_ algorithm: ChecksumAlgorithm, bytes: [UInt8]) {
        precondition(bytes.count == algorithm.length, "A \(algorithm.rawValue) value has \(algorithm.length) bytes")
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// Reads base64; nil where it is none, or where the length is not the algorithm's.
    package init?(_ algorithm: ChecksumAlgorithm, base64 text: String) {
        guard let bytes = Base64.bytes(text), bytes.count == algorithm.length else { return nil }
        self.init(algorithm, bytes: bytes)
    }

    /// The value as the service writes it.
    package var base64: String { Base64.text(bytes) }
}

extension Checksum {
    /// The checksum of the whole object, from its parts in order (type `FULL_OBJECT`). Nil for SHA, which cannot do it.
    package static func fullObject(
        _ algorithm: ChecksumAlgorithm, parts: some Sequence<(bytes: [UInt8], length: Int64)>
    ) -> Checksum? {
        guard let polynomial = algorithm.polynomial else { return nil }
        // The check of nothing is 0, which combines as the neutral element.
        let value = parts.reduce(UInt64(0)) { value, part in
            polynomial.combined(value, polynomial.value(part.bytes), length: part.length)
        }
        return Checksum(algorithm, bytes: polynomial.bytes(value))
    }

    /// The checksum of the parts' checksums, in order (type `COMPOSITE`); S3 writes it with `-<number of parts>`
    /// behind.
    package static func composite(_ algorithm: ChecksumAlgorithm, parts: some Sequence<[UInt8]>) -> Checksum {
        var digest = algorithm.makeDigest()
        for part in parts { digest.update(part) }
        return Checksum(algorithm, bytes: digest.finalize())
    }
}
