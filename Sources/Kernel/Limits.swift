// Every bound of the program in one place. A limit of the service carries its source; the others are ours.

/// Bounds on sizes, counts and times.
package struct Limits: Sendable {
    /// The limits of a server for which the command line says nothing.
    package init() {}

    /// Largest JSON or query body.
    package var apiBodyBytes = 4 << 20
    /// Largest body of the control API: answers for 100,000 objects.
    package var controlBodyBytes = 256 << 20
    /// Largest body that is relayed where its signature must be verified first; others are not kept.
    package var relayedBodyBytes = 128 << 20
    /// Requests that the other server has under way at a time: each is a connection to it.
    package var relays = 512
    /// Largest XML body: DeleteObjects with 1,000 keys of 1,024 escaped bytes, CompleteMultipartUpload with 10,000
    /// parts.
    package var xmlBodyBytes = 8 << 20
    /// Largest header field, and largest sum of all of them.
    package var headerBytes = 64 << 10
    /// Most header fields of one request.
    package var headerCount = 200
    /// Received bytes of one body that may wait in memory before the connection stops reading.
    package var bodyWindowBytes = 512 << 10
    /// Handed to one hash-and-write job at a time.
    package var bodySliceBytes = 256 << 10
    /// Connections open at a time; further ones are closed at once.
    package var connections = 4096
    /// Deepest nesting of JSON in a manifest line.
    package var jsonDepth = 100

    // S3 (user guide: object keys, PutObject, multipart upload limits).

    /// Longest object key, in bytes of UTF-8.
    package var keyBytes = 1024
    /// Largest body of one PutObject or UploadPart, and largest source of one CopyObject: 5 GiB.
    package var putObjectBytes: Int64 = 5 << 30
    /// Largest object that an upload in parts may become: 50 TiB.
    package var objectBytes: Int64 = 50 << 40
    /// Names and values of an object's user metadata together.
    package var userMetadataBytes = 2048
    /// Parts of an upload are numbered from 1 to this.
    package var partNumber = 10_000
    /// Smallest part that may stand before the last one: 5 MiB.
    package var minimumPartBytes: Int64 = 5 << 20
    /// Most entries of one page of a listing: keys, uploads or parts.
    package var listKeys = 1000
    /// Most keys of one DeleteObjects request.
    package var deleteObjectsKeys = 1000
    /// Fields of an upload by form that come before its file: 20 KB.
    package var formFieldBytes = 20 << 10
    /// Largest bucket policy.
    package var bucketPolicyBytes = 20 << 10
    /// Most grants of one access control list.
    package var grants = 100
    /// Most topics, queues and functions of one notification configuration.
    package var notificationConfigurations = 100
    /// Events that are kept for whoever asks for them, or until they are sent; then the oldest go.
    package var keptEvents = 50_000
    /// How often an event is sent to a receiver that refuses it.
    package var notificationAttempts = 10
    /// Most events on one page of them.
    package var notificationsPage = 1000
    /// Streams of events open at a time, and most events that one of them is handed at once.
    package var eventStreams = 64, eventStreamPage = 100
    /// Most rules of one lifecycle configuration.
    package var lifecycleRules = 1000
    /// Most tags of an object.
    package var tagsPerObject = 10
    /// Most buckets of one account, and most on one page of ListBuckets.
    package var bucketsPerAccount = 10_000
    /// Bodies up to this size live in the object's row, larger ones in a file (measured cut-over: 16–32 KiB).
    package var inlineBodyBytes = 16 << 10

    /// Most human task UIs of an account in a region, and most vendors' work teams.
    package var humanTaskUis = 1000, vendors = 1000

    /// How long addresses in a rendered worker page may be read.
    package var renderedAddressLifetime = Duration.seconds(3600)
    /// Most roles of an account, and bytes of one role's inline policies (IAM quotas).
    package var roles = 1000, rolePolicyBytes = 10_240

    // Labeling jobs (developer guide: input data quotas).

    /// Most lines of a manifest, for every task type but segmentation.
    package var objectsPerJob = 100_000
    /// Most boxes or entities in one answer: those that overlap are compared each with each.
    package var shapesPerAnswer = 300
    /// The same for semantic segmentation.
    package var objectsPerSegmentationJob = 20_000
    /// Fewest lines for automated labeling (developer guide, "Automate data labeling"); steering can lower it.
    package var automatedLabelingMinimumObjects = 1250
    /// Longest manifest line.
    package var manifestLineCharacters = 100_000
    /// Longest value of one attribute of a line.
    package var manifestAttributeCharacters = 20_000
    /// Largest encoded image: 40 MiB.
    package var imageBytes = 40 << 20
    /// Largest image by area.
    package var imagePixels = 100_000_000
    /// An interlaced PNG, or a JPEG that comes in several scans, is whole in memory while it is decoded.
    package var interlacedImagePixels = 25_000_000
    /// Longest side of an image: a decoder has several rows in memory.
    package var imageSide = 1_000_000
    /// Most scans of a JPEG, each of which goes over the whole image. Encoders make 10 to 20.
    package var imageScans = 100
    /// Largest label category file that is read.
    package var categoryFileBytes = 1 << 20
    /// Largest worker task template that is read (API reference: UiTemplate.Content).
    package var templateBytes = 128_000
    /// Most tags of a bucket, a labeling job or a work team.
    package var tagsPerResource = 50
    /// Most work teams of an account in a region.
    package var workteams = 25
    /// Most people of a private team, and of all teams of an account in a region.
    package var workersPerTeam = 100, workers = 2500
    /// Largest `answerContent`: a mask of the largest image.
    package var answerBytes = 16 << 20
    /// Most late answers of one job that are kept, and most on one page of them.
    package var lateAnswers = 1000, lateAnswersPage = 100
    /// Longest `FailureReason` (API reference: DescribeLabelingJob).
    package var failureReasonCharacters = 1024

    /// Most problems of one file that a check lists, and objects whose images it looks at.
    package var checkProblems = 100, checkImages = 100

    // Functions of the customer's own.

    /// Largest request and largest answer of one call (Lambda quotas: 6 MB for synchronous invocations).
    package var functionPayloadBytes = 6 << 20
    /// How often a call is made where nobody answers, or the answer is to come again later.
    package var functionAttempts = 6
    /// Pre-annotation calls of one job at one time.
    package var functionConcurrency = 8
    /// Objects whose pre-annotation is stored together.
    package var functionSliceObjects = 64
    /// Longest pre-annotation call, in real time.
    package var preAnnotationTime = Duration.seconds(60)
    /// Longest post-annotation call, in real time: what a Lambda function may take at most.
    package var postAnnotationTime = Duration.seconds(900)
    /// What of it is left when the job is to end.
    package var endingAnnotationTime = Duration.seconds(10)
    /// Most functions with an address or a command of their own.
    package var functionAddresses = 1000

    /// Entries of a job's timeline that one answer of the control API shows.
    package var timelineEntries = 100_000

    /// Rows of one slice of engine work in the writer.
    package var engineSliceRows = 1000
    /// Bytes of answers in one slice: masks are large.
    package var engineSliceBytes = 8 << 20
    /// How often a turn of a job that gets no further is tried again before the job fails.
    package var engineRetries = 5
    /// `MaxRuntimeInSeconds` of a training job: where nothing is said, and at most (API reference: StoppingCondition).
    package var trainingSeconds = (standard: 86_400, most: 2_419_200)
    /// Most models of an account in a region; labeling jobs add theirs whether or not there is room.
    package var models = 10_000
    /// Largest `model.tar.gz` that is read.
    package var modelArchiveBytes = 64 << 20
    /// Largest content of one once it is unpacked.
    package var modelBytes = 256 << 20

    // Features that are kept for later rounds and jobs.

    /// What they may take of the disk, save what jobs at work hold: 4 GiB.
    package var featureCacheBytes = 4 << 30
    /// Of how many objects they are, for the memory of their index.
    package var featureCacheObjects = 1_000_000
    /// What stays in memory where the disk takes no more.
    package var featureReserveBytes = 64 << 20

    // A learner in another program.

    /// How long addresses that an outside learner is given can be read: longer than a call may take.
    package var outsideAddressTime = Duration.seconds(3600)
    /// Largest request and largest answer of one call.
    package var outsideRequestBytes = 128 << 20, outsideAnswerBytes = 64 << 20
    /// Longest name of a model.
    package var outsideTokenBytes = 1024
    /// Objects of one request for predictions, and those of one whose answers are masks.
    package var outsidePageObjects = 500, outsidePageMasks = 16
    /// Longest training and longest prediction of a page, in real time.
    package var outsideTrainingTime = Duration.seconds(900), outsidePredictionTime = Duration.seconds(300)
    /// How often a request is made where nobody answers, or the answer is to come again later.
    package var outsideAttempts = 6
}
