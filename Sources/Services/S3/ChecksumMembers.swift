// The five checksum members that many shapes of S3 have, set and read in one place.

internal import Digests
internal import Kernel
internal import Shapes
internal import Store

/// An output with one member per checksum algorithm.
protocol ChecksumMembers {
    var checksumCRC32: String? { get set }
    var checksumCRC32C: String? { get set }
    var checksumCRC64NVME: String? { get set }
    var checksumSHA1: String? { get set }
    var checksumSHA256: String? { get set }
}

extension ChecksumMembers {
    mutating func setChecksum(_ algorithm: ChecksumAlgorithm?, _ text: String?) {
        switch algorithm {
        case nil: break
        case .crc32: checksumCRC32 = text
        case .crc32C: checksumCRC32C = text
        case .crc64NVME: checksumCRC64NVME = text
        case .sha1: checksumSHA1 = text
        case .sha256: checksumSHA256 = text
        }
    }

    mutating func setChecksum(_ checksum: Checksum?) { setChecksum(checksum?.algorithm, checksum?.base64) }

    /// The first checksum given.
    var given: (algorithm: ChecksumAlgorithm, text: String)? {
        let members: [(ChecksumAlgorithm, String?)] = [
            (.crc32, checksumCRC32), (.crc32C, checksumCRC32C), (.crc64NVME, checksumCRC64NVME), (.sha1, checksumSHA1),
            (.sha256, checksumSHA256),
        ]
        for case (let algorithm, let text?) in members { return (algorithm, text) }
        return nil
    }
}

/// An output that also names the type of its checksum.
protocol TypedChecksumMembers: ChecksumMembers {
    var checksumType: S3.ChecksumType? { get set }
}

extension TypedChecksumMembers {
    mutating func setChecksum(_ checksum: StoredChecksum?) {
        guard let checksum else { return }
        setChecksum(checksum.checksum.algorithm, checksum.text)
        checksumType = checksum.compositeParts == nil ? .fullObject : .composite
    }
}

extension S3.GetObjectOutput: TypedChecksumMembers {}
extension S3.HeadObjectOutput: TypedChecksumMembers {}
extension S3.PutObjectOutput: TypedChecksumMembers {}
extension S3.CopyObjectResult: TypedChecksumMembers {}
extension S3.CompleteMultipartUploadOutput: TypedChecksumMembers {}
extension S3.CompleteMultipartUploadRequest: TypedChecksumMembers {}
extension S3.UploadPartOutput: ChecksumMembers {}
extension S3.Checksum: ChecksumMembers {}
extension S3.ObjectPart: ChecksumMembers {}
extension S3.CopyPartResult: ChecksumMembers {}
extension S3.CompletedPart: ChecksumMembers {}
extension S3.Part: ChecksumMembers {}

extension S3.ChecksumAlgorithm {
    init?(_ algorithm: ChecksumAlgorithm?) {
        guard let algorithm else { return nil }
        self.init(rawValue: algorithm.rawValue)
    }

    /// The algorithm that is computed here.
    func served() throws(ServiceError) -> ChecksumAlgorithm {
        guard let algorithm = ChecksumAlgorithm(rawValue: rawValue) else {
            throw .notImplemented("The checksum algorithm \(rawValue)")
        }
        return algorithm
    }
}
