// The members that describe a new object, in the requests that make one, and in the answers that show one.

internal import Digests
internal import Kernel
internal import Objects
internal import Shapes
internal import Store

/// A request that makes an object.
protocol AttributeMembers {
    var cacheControl: String? { get }
    var contentDisposition: String? { get }
    var contentLanguage: String? { get }
    var contentType: String? { get }
    var expires: String? { get }
    var metadata: [String: String]? { get }
    var serverSideEncryption: S3.ServerSideEncryption? { get }
    var sseKMSKeyId: String? { get }
    var sseKMSEncryptionContext: String? { get }
    var bucketKeyEnabled: Bool? { get }
    var storageClass: S3.StorageClass? { get }
    var websiteRedirectLocation: String? { get }
    var tagging: String? { get }
    var acl: S3.ObjectCannedACL? { get }
    var grantFullControl: String? { get }
    var grantRead: String? { get }
    var grantReadACP: String? { get }
    var grantWriteACP: String? { get }
    var objectLockMode: S3.ObjectLockMode? { get }
    var objectLockRetainUntilDate: Instant? { get }
    var objectLockLegalHoldStatus: S3.ObjectLockLegalHoldStatus? { get }
}

extension S3.PutObjectRequest: AttributeMembers {}
extension S3.CopyObjectRequest: AttributeMembers {}
extension S3.CreateMultipartUploadRequest: AttributeMembers {}

/// Names under which inert members are kept with an object.
enum KeptField {
    static let encryption = "x-amz-server-side-encryption"
    static let encryptionKey = "x-amz-server-side-encryption-aws-kms-key-id"
    static let encryptionContext = "x-amz-server-side-encryption-context"
    static let bucketKey = "x-amz-server-side-encryption-bucket-key-enabled"
    static let redirect = "x-amz-website-redirect-location"
}

extension AttributeMembers {
    /// What is to be kept with the object.
    ///
    /// - Parameter contentEncoding: the object's own Content-Encoding; the member may also name the request's framing.
    func attributes(contentEncoding: String?) throws(ServiceError) -> ObjectAttributes {
        try checkRedirect()
        try checkEncryptionKey()
        var fields: [ServiceError.Field] = []
        func keep(_ name: String, _ value: String?) {
            if let value { fields.append(ServiceError.Field(name, value)) }
        }
        keep("content-type", contentType)
        keep("cache-control", cacheControl)
        keep("content-disposition", contentDisposition)
        keep("content-encoding", contentEncoding)
        keep("content-language", contentLanguage)
        keep("expires", expires)
        keep(KeptField.redirect, websiteRedirectLocation)
        keep(KeptField.encryption, serverSideEncryption?.rawValue)
        keep(KeptField.encryptionKey, sseKMSKeyId)
        keep(KeptField.encryptionContext, sseKMSEncryptionContext)
        keep(KeptField.bucketKey, bucketKeyEnabled.map { $0 ? "true" : "false" })
        if let metadata, !metadata.isEmpty {
            for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
                keep(ObjectAttributes.metadataPrefix + name.lowercased(), value)
            }
        }
        var attributes = ObjectAttributes(
            fields: FieldList(fields), tags: try tagging.map(FieldList.init(taggingHeader:)) ?? FieldList(),
            storageClass: storageClass?.rawValue)
        attributes.lock = ObjectLock(
            mode: objectLockMode?.rawValue, until: objectLockRetainUntilDate,
            isHeld: objectLockLegalHoldStatus.map { $0 == .on })
        return attributes
    }

    private func checkRedirect() throws(ServiceError) {
        guard let redirect = websiteRedirectLocation else { return }
        guard ["/", "http://", "https://"].contains(where: { redirect.hasPrefix($0) }) else {
            throw ServiceError(
                "InvalidRedirectLocation", status: 400,
                "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.")
        }
    }

    /// A key is that of the key management service.
    private func checkEncryptionKey() throws(ServiceError) {
        guard sseKMSKeyId != nil, serverSideEncryption != .awsKms, serverSideEncryption != .awsKmsDsse else { return }
        throw .invalidArgument(
            "Server Side Encryption with AWS KMS managed key requires HTTP header "
                + "x-amz-server-side-encryption : aws:kms", argumentName: KeptField.encryption,
            argumentValue: serverSideEncryption?.rawValue ?? "null")
    }

    /// Who else gets access.
    var access: AccessRequest {
        AccessRequest(
            canned: acl?.rawValue, read: grantRead, readACP: grantReadACP, writeACP: grantWriteACP,
            fullControl: grantFullControl)
    }
}

/// An answer that shows an object.
protocol ShownAttributeMembers: TypedChecksumMembers {
    var acceptRanges: String? { get set }
    var lastModified: Instant? { get set }
    var contentLength: Int64? { get set }
    var eTag: String? { get set }
    var cacheControl: String? { get set }
    var contentDisposition: String? { get set }
    var contentEncoding: String? { get set }
    var contentLanguage: String? { get set }
    var contentRange: String? { get set }
    var contentType: String? { get set }
    var expires: String? { get set }
    var websiteRedirectLocation: String? { get set }
    var serverSideEncryption: S3.ServerSideEncryption? { get set }
    var metadata: [String: String]? { get set }
    var sseKMSKeyId: String? { get set }
    var bucketKeyEnabled: Bool? { get set }
    var storageClass: S3.StorageClass? { get set }
    var partsCount: Int? { get set }
    var tagCount: Int? { get set }
    var versionId: String? { get set }
    var expiration: String? { get set }
    var objectLockMode: S3.ObjectLockMode? { get set }
    var objectLockRetainUntilDate: Instant? { get set }
    var objectLockLegalHoldStatus: S3.ObjectLockLegalHoldStatus? { get set }
}

/// An answer to a write, which names what the object is said to be encrypted with: what was asked for, or what the
/// service does with every new object since January 2023 (user guide: default encryption).
protocol EncryptionMembers {
    var serverSideEncryption: S3.ServerSideEncryption? { get set }
    var sseKMSKeyId: String? { get set }
    var bucketKeyEnabled: Bool? { get set }
}

extension S3.PutObjectOutput: EncryptionMembers {}
extension S3.CopyObjectOutput: EncryptionMembers {}
extension S3.CreateMultipartUploadOutput: EncryptionMembers {}
extension S3.CompleteMultipartUploadOutput: EncryptionMembers {}
extension S3.UploadPartOutput: EncryptionMembers {}
extension S3.UploadPartCopyOutput: EncryptionMembers {}

extension EncryptionMembers {
    mutating func showEncryption(_ fields: FieldList) {
        serverSideEncryption =
            fields[KeptField.encryption].flatMap(S3.ServerSideEncryption.init(rawValue:)) ?? .aes256
        if let value = fields[KeptField.encryptionKey] { sseKMSKeyId = value }
        if let value = fields[KeptField.bucketKey] { bucketKeyEnabled = value == "true" }
    }
}

extension S3.GetObjectOutput: ShownAttributeMembers {}
extension S3.HeadObjectOutput: ShownAttributeMembers {}

extension ShownAttributeMembers {
    mutating func show(_ answer: GetObjectAnswer, withChecksum: Bool) {
        let object = answer.object
        acceptRanges = "bytes"
        lastModified = object.modified.wholeSecond
        contentLength = answer.length
        eTag = quoted(object.etag)
        contentRange = answer.contentRange
        // What S3 calls an object of which nobody said what it is.
        contentType = "binary/octet-stream"
        serverSideEncryption = .aes256
        for field in object.fields.fields { show(field) }
        storageClass = object.storageClass.flatMap(S3.StorageClass.init(rawValue:))
        partsCount = answer.partsCount
        tagCount = object.tags.isEmpty ? nil : object.tags.fields.count
        versionId = answer.version
        expiration = answer.expiration
        if object.lock != ObjectLock() { show(object.lock) }
        if withChecksum { showChecksum(answer) }
    }

    /// The checksum of exactly the bytes answered: of the object or of a part; there is none of a range.
    private mutating func showChecksum(_ answer: GetObjectAnswer) {
        setChecksum(answer.checksum)
        if let part = answer.partChecksum, let whole = answer.object.checksum {
            setChecksum(whole.checksum.algorithm, part)
            checksumType = whole.compositeParts == nil ? .fullObject : .composite
        }
    }

    private mutating func show(_ lock: ObjectLock) {
        objectLockMode = lock.mode.flatMap(S3.ObjectLockMode.init(rawValue:))
        objectLockRetainUntilDate = lock.until
        objectLockLegalHoldStatus = lock.isHeld.map { $0 ? .on : .off }
    }

    private mutating func show(_ field: ServiceError.Field) {
        switch field.name {
        case "content-type": contentType = field.value
        case "cache-control": cacheControl = field.value
        case "content-disposition": contentDisposition = field.value
        case "content-encoding": contentEncoding = field.value
        case "content-language": contentLanguage = field.value
        case "expires": expires = field.value
        case KeptField.redirect: websiteRedirectLocation = field.value
        case KeptField.encryption: serverSideEncryption = S3.ServerSideEncryption(rawValue: field.value)
        case KeptField.encryptionKey: sseKMSKeyId = field.value
        case KeptField.bucketKey: bucketKeyEnabled = field.value == "true"
        default:
            guard field.name.hasPrefix(ObjectAttributes.metadataPrefix) else { return }
            let name = String(field.name.dropFirst(ObjectAttributes.metadataPrefix.count))
            metadata = metadata ?? [:]
            metadata?[name] = field.value
        }
    }
}

/// A request that reads an object.
protocol ReadMembers {
    var bucket: String { get }
    var key: String { get }
    var ifMatch: String? { get }
    var ifModifiedSince: Instant? { get }
    var ifNoneMatch: String? { get }
    var ifUnmodifiedSince: Instant? { get }
    var range: String? { get }
    var partNumber: Int? { get }
    var versionId: String? { get }
    var expectedBucketOwner: String? { get }
    var responseCacheControl: String? { get }
    var responseContentDisposition: String? { get }
    var responseContentEncoding: String? { get }
    var responseContentLanguage: String? { get }
    var responseContentType: String? { get }
    var responseExpires: String? { get }
}

extension S3.GetObjectRequest: ReadMembers {}
extension S3.HeadObjectRequest: ReadMembers {}

extension S3Service {
    func readRequest(_ input: some ReadMembers, _ context: RequestContext) throws(ServiceError) -> GetObjectRequest {
        var request = GetObjectRequest(
            ObjectAddress(input.bucket, input.key), caller(context, expectedOwner: input.expectedBucketOwner))
        request.conditions = ReadConditions(
            ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch, ifModifiedSince: input.ifModifiedSince,
            ifUnmodifiedSince: input.ifUnmodifiedSince)
        request.range = input.range
        request.ifRange = input.range == nil ? nil : context.head.headers["if-range"]
        request.partNumber = input.partNumber
        request.version = try version(input.versionId)
        // Only the owner's knowledge of a link may change what a browser makes of it (API reference: GetObject).
        if context.principal.isAnonymous, input.overrides {
            throw .invalidRequest("Request specific response headers cannot be used for anonymous GET requests.")
        }
        return request
    }
}

extension ReadMembers {
    /// Whether the query asks for other response headers than are kept.
    var overrides: Bool {
        responseCacheControl != nil || responseContentDisposition != nil || responseContentEncoding != nil
            || responseContentLanguage != nil || responseContentType != nil || responseExpires != nil
    }
}

extension ShownAttributeMembers {
    /// Puts what the query asks for in place of what is kept.
    mutating func override(_ input: some ReadMembers) {
        if let value = input.responseCacheControl { cacheControl = value }
        if let value = input.responseContentDisposition { contentDisposition = value }
        if let value = input.responseContentEncoding { contentEncoding = value }
        if let value = input.responseContentLanguage { contentLanguage = value }
        if let value = input.responseContentType { contentType = value }
        if let value = input.responseExpires { expires = value }
    }
}
