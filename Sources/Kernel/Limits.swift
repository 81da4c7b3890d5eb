// Every bound of the program in one place. A limit of the service carries its source; the others are ours.

/// Bounds on sizes, counts and times.
package struct Limits: Sendable {
    package init() {}

    // MARK: Requests

    /// Largest JSON or query body, and largest control body.
    package var apiBodyBytes = 4 << 20
    /// Largest body of the control API: answers for 100,000 objects.
    package var controlBodyBytes = 256 << 20
    /// Largest XML body: DeleteObjects with 1,000 keys of 1,024 escaped bytes, CompleteMultipartUpload with 10,000
    /// parts.
    package var xmlBodyBytes = 8 << 20
    package var headerBytes = 64 << 10
    package var headerCount = 200
    /// Received bytes of one body that may wait in memory before the connection stops reading.
    package var bodyWindowBytes = 512 << 10
    /// Handed to one hash-and-write job at a time.
    package var bodySliceBytes = 256 << 10
    package var connections = 4096
    package var jsonDepth = 100

    // MARK: S3 (user guide: object keys, PutObject, multipart upload limits)

    package var keyBytes = 1024
    package var putObjectBytes: Int64 = 5 << 30
    package var objectBytes: Int64 = 50 << 40
    package var userMetadataBytes = 2048
    package var partNumber = 10_000
    package var minimumPartBytes: Int64 = 5 << 20
    package var listKeys = 1000
    package var deleteObjectsKeys = 1000
    package var tagsPerObject = 10
    package var bucketsPerAccount = 10_000
    /// Bodies up to this size live in the object's row, larger ones in a file (measured cut-over: 16–32 KiB).
    package var inlineBodyBytes = 16 << 10

    // MARK: Labeling jobs (developer guide: input data quotas)

    package var objectsPerJob = 100_000
    package var objectsPerSegmentationJob = 20_000
    package var automatedLabelingMinimumObjects = 1250
    package var manifestLineCharacters = 100_000
    package var manifestAttributeCharacters = 20_000
    package var imageBytes = 40 << 20
    package var imagePixels = 100_000_000
    /// An interlaced PNG is whole in memory while it is decoded.
    package var interlacedImagePixels = 25_000_000
    package var categoryFileBytes = 1 << 20
    package var templateBytes = 128_000
    package var tagsPerResource = 50
    package var workteams = 25
    /// Objects in one consolidation call, as observed of the service.
    package var consolidationObjects = 50
    package var failureReasonCharacters = 1024
    /// Rounds of one job; with every round labelling at least one object this is never reached in practice.
    package var roundsPerJob = 100_000

    // MARK: Engine

    /// Entries of a job's timeline that one answer of the control API shows.
    package var timelineEntries = 100_000

    /// Rows of one slice of engine work in the writer.
    package var engineSliceRows = 1000
    package var engineRetries = 5
    package var modelArchiveBytes = 64 << 20
    package var modelBytes = 256 << 20
}
