// Looking at an image before people are asked: that it is there, may be read, is an image, and is not too large. Its
// header is enough for that.

internal import Images
internal import Kernel
internal import Labeling
internal import Learning

/// Tells images that a job can show from others.
struct ImageInspection: Sendable {
    /// Enough of an image to find its measures behind large metadata.
    private static let probeBytes = 64 << 10
    /// The same where it is very large.
    private static let longProbeBytes = 4 << 20

    let files: any JobFiles
    let type: TaskType
    let isAutomated: Bool
    let limits: Limits

    init(_ specification: LabelingJobSpecification, _ files: any JobFiles, _ limits: Limits) {
        self.files = files
        self.limits = limits
        type = specification.taskType
        isAutomated = specification.isAutomated
    }

    /// For looking at sizes only.
    init(_ type: TaskType, _ files: any JobFiles, _ limits: Limits) {
        self.files = files
        self.limits = limits
        self.type = type
        isAutomated = false
    }

    /// Why an image cannot be shown; nil where it can.
    func problem(of uri: String) async throws -> String? {
        guard let address = S3URI(uri) else {
            return ObjectFailureText.unreadable(uri, cause: "it is not an s3:// address")
        }
        do {
            let (size, _, prefix) = try await files.probe(address, prefix: Self.probeBytes)
            if size > limits.imageBytes {
                return ObjectFailureText.notAnImage(
                    uri, cause: "it has \(size) bytes; at most \(limits.imageBytes) are allowed")
            }
            return tooLarge(try await header(of: prefix, in: address, size), uri)
        } catch let error as ServiceError where error.fault == .client {
            return ObjectFailureText.unreadable(uri, cause: "\(error.code): \(error.message)")
        } catch let error as ImageError {
            return ObjectFailureText.notAnImage(uri, cause: "\(error)")
        }
    }

    /// Whether a whole image keeps to the limits of the job's kind.
    func allows(_ image: [UInt8]) -> Bool {
        guard let header = try? header(of: image) else { return false }
        return tooLarge(header, "") == nil
    }

    /// The measures of an image; nil where it cannot be read.
    func size(of uri: String) async throws -> ImageSize? {
        guard let address = S3URI(uri) else { return nil }
        do {
            let (size, _, prefix) = try await files.probe(address, prefix: Self.probeBytes)
            let header = try await header(of: prefix, in: address, size)
            return ImageSize(width: header.width, height: header.height)
        } catch let error as ServiceError where error.fault == .client {
            return nil
        } catch is ImageError {
            return nil
        }
    }

    /// Whether images are no larger than icons; those that cannot be read do not count.
    func areTiny(_ sources: [ObjectSource]) async throws -> Bool {
        var hasSome = false
        for source in sources {
            guard let size = try await size(of: source.text) else { continue }
            // The first that is not says enough.
            guard TinyImages.applies(toSizes: [(size.width, size.height)]) else { return false }
            hasSome = true
        }
        return hasSome
    }

    /// The header within the first bytes; behind long metadata, within more of them.
    private func header(of prefix: [UInt8], in address: S3URI, _ size: Int64) async throws -> ImageHeader {
        do { return try header(of: prefix) } catch {
            guard size > Int64(prefix.count) else { throw error }
            return try header(of: try await files.probe(address, prefix: Self.longProbeBytes).prefix)
        }
    }

    private func header(of prefix: [UInt8]) throws(ImageError) -> ImageHeader {
        let result = prefix.withUnsafeBytes { bytes in
            Result { () throws(ImageError) in try ImageDecoder(limits: limits).header(of: bytes) }
        }
        return try result.get()
    }

    private func tooLarge(_ header: ImageHeader, _ uri: String) -> String? {
        switch type.largestImage(isAutomated: isAutomated, limits) {
        case .pixels(let most) where header.width * header.height > most:
            ObjectFailureText.notAnImage(
                uri, cause: "it has \(header.width) x \(header.height) pixels; at most \(most) are allowed")
        case .sides(let width, let height) where header.width > width || header.height > height:
            ObjectFailureText.notAnImage(
                uri, cause: "it is \(header.width) x \(header.height); at most \(width) x \(height) is allowed")
        case .pixels, .sides: nil
        }
    }
}
