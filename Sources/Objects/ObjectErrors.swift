// S3's errors that the object store answers with (API reference, list of error codes).

internal import Kernel
internal import Store

extension ServiceError {
    static func accessDenied() -> ServiceError { ServiceError("AccessDenied", status: 403, "Access Denied") }

    /// What a client sees of an error that is ours. A full disk is told, because only its user can help.
    static func internalError(_ error: any Error) -> ServiceError {
        ServiceError(
            "InternalError", status: 500,
            isOutOfSpace(error)
                ? "The disk that holds the server's data is full."
                : "We encountered an internal error. Please try again.")
    }

    static func noSuchBucket(_ bucket: String) -> ServiceError {
        ServiceError(
            "NoSuchBucket", status: 404, "The specified bucket does not exist", fields: [Field("BucketName", bucket)])
    }

    static func noSuchKey(_ key: String) -> ServiceError {
        ServiceError("NoSuchKey", status: 404, "The specified key does not exist.", fields: [Field("Key", key)])
    }

    static func noSuchUpload(_ id: String) -> ServiceError {
        ServiceError(
            "NoSuchUpload", status: 404,
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
                + "completed.", fields: [Field("UploadId", id)])
    }

    static func preconditionFailed(_ condition: String) -> ServiceError {
        ServiceError(
            "PreconditionFailed", status: 412, "At least one of the pre-conditions you specified did not hold",
            fields: [Field("Condition", condition)])
    }

    static func invalidArgument(_ name: String, _ value: String, _ message: String) -> ServiceError {
        ServiceError(
            "InvalidArgument", status: 400, message,
            fields: [Field("ArgumentName", name), Field("ArgumentValue", value)])
    }

    static func invalidRequest(_ message: String) -> ServiceError {
        ServiceError("InvalidRequest", status: 400, message)
    }

    /// A combination of header fields that S3 has no meaning for.
    static func unsupportedHeader(_ header: String) -> ServiceError {
        ServiceError(
            "NotImplemented", status: 501,
            "A header you provided implies functionality that is not implemented", fields: [Field("Header", header)])
    }

    static func malformedXML() -> ServiceError {
        ServiceError(
            "MalformedXML", status: 400,
            "The XML you provided was not well-formed or did not validate against our published schema")
    }

    static func entityTooLarge(_ proposed: Int64, limit: Int64) -> ServiceError {
        ServiceError(
            "EntityTooLarge", status: 400, "Your proposed upload exceeds the maximum allowed size",
            fields: [Field("ProposedSize", String(proposed)), Field("MaxSizeAllowed", String(limit))])
    }

    static func conflict() -> ServiceError {
        ServiceError(
            "OperationAborted", status: 409,
            "A conflicting conditional operation is currently in progress against this resource. Please try again.")
    }

    /// What a refusal of the index means to a client.
    static func refused(_ refusal: IndexRefusal, _ address: ObjectAddress, upload: String?) -> ServiceError {
        switch refusal {
        case .noBucket: .noSuchBucket(address.bucket)
        // A bucket that was made anew meanwhile is another's; what is not plain has been looked at.
        case .otherOwner: .accessDenied()
        case .notPlain: .conflict()
        case .locked:
            ServiceError("AccessDenied", status: 403, "Access Denied because object protected by object lock.")
        case .bucketExists: .bucketAlreadyExists(address.bucket)
        case .bucketNotEmpty:
            ServiceError(
                "BucketNotEmpty", status: 409, "The bucket you tried to delete is not empty",
                fields: [Field("BucketName", address.bucket)])
        case .tooManyBuckets:
            ServiceError(
                "TooManyBuckets", status: 400, "You have attempted to create more buckets than allowed")
        case .noObject: .noSuchKey(address.key)
        case .objectExists: .preconditionFailed("If-None-Match")
        case .otherObject: .preconditionFailed("If-Match")
        case .noUpload: .noSuchUpload(upload ?? "")
        case .otherParts: .conflict()
        }
    }

    static func bucketAlreadyExists(_ bucket: String) -> ServiceError {
        ServiceError(
            "BucketAlreadyExists", status: 409,
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
                + "Please select a different name and try again.", fields: [Field("BucketName", bucket)])
    }

    /// Too much work waits, or the store is closing: the client should come again.
    static func busy(_ error: any Error) -> ServiceError? {
        guard let refusal = error as? StoreBusy else { return nil }
        return switch refusal {
        case .overloaded: ServiceError("SlowDown", status: 503, "Please reduce your request rate.")
        case .closing: ServiceError("ServiceUnavailable", status: 503, "The server is shutting down.")
        }
    }
}
