// Digests that are fed as the bytes come by. Each is a value: a copy goes on independently of the original.

internal import CChecksums
internal import Crypto

/// A digest in the making.
package protocol StreamingDigest: Sendable {
    /// Feeds the bytes that follow those fed before.
    mutating func update(_ bytes: UnsafeRawBufferPointer)
    /// The digest of everything fed so far, in the byte order in which it is written out.
    func finalize() -> [UInt8]
}

extension StreamingDigest {
    /// Feeds an array.
    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }
}

/// MD5, for ETags and Content-MD5.
package struct MD5Digest: StreamingDigest {
    private var state = Insecure.MD5()

    package init() {}
    package mutating func update(_ bytes: UnsafeRawBufferPointer) { state.update(bufferPointer: bytes) }
    package func finalize() -> [UInt8] { Array(state.finalize()) }

    /// The digest of one run of bytes.
    package static func of(_ bytes: [UInt8]) -> [UInt8] { Array(Insecure.MD5.hash(data: bytes)) }
}

/// SHA-1, one of S3's optional checksums.
package struct SHA1Digest: StreamingDigest {
    private var state = Insecure.SHA1()

    package init() {}
    package mutating func update(_ bytes: UnsafeRawBufferPointer) { state.update(bufferPointer: bytes) }
    package func finalize() -> [UInt8] { Array(state.finalize()) }
}

/// SHA-256, for payload hashes and as one of S3's optional checksums.
package struct SHA256Digest: StreamingDigest {
    private var state = SHA256()

    package init() {}
    package mutating func update(_ bytes: UnsafeRawBufferPointer) { state.update(bufferPointer: bytes) }
    package func finalize() -> [UInt8] { Array(state.finalize()) }

    /// The digest of one run of bytes.
    package static func of(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}

/// One of the three cyclic redundancy checks of S3.
package struct CyclicDigest: StreamingDigest {
    /// The polynomials of CRC-32 (ISO-HDLC), CRC-32C (Castagnoli, RFC 3720) and CRC-64/NVME.
    package enum Polynomial: Sendable { case crc32, crc32C, crc64NVME }

    /// Which check this is.
    package let polynomial: Polynomial
    /// The check of everything fed so far, as a number.
    package private(set) var value: UInt64 = 0

    /// A check of nothing so far.
    package init(_ polynomial: Polynomial) { self.polynomial = polynomial }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = checksums_update(polynomial.kernel, value, bytes.baseAddress, bytes.count)
    }

    package func finalize() -> [UInt8] { polynomial.bytes(value) }
}

extension CyclicDigest.Polynomial {
    /// Length of the check in bytes.
    package var length: Int { self == .crc64NVME ? 8 : 4 }

    var kernel: checksums_polynomial {
        switch self {
        case .crc32: CHECKSUMS_CRC32
        case .crc32C: CHECKSUMS_CRC32C
        case .crc64NVME: CHECKSUMS_CRC64NVME
        }
    }

    /// Big-endian, as S3 encodes checks.
    func bytes(_ value: UInt64) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: value >> UInt64((length - 1 - $0) * 8)) }
    }

    func value(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// The check of two runs joined, from the check of each and the length of the second.
    func combined(_ first: UInt64, _ second: UInt64, length: Int64) -> UInt64 {
        checksums_combine(kernel, first, second, UInt64(length))
    }
}
