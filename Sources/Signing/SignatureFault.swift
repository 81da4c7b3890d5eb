// Why a signature is refused, and how each family of services says so. S3's texts are those of its API reference
// ("error responses") and of the service's answers; the others' are those of the common errors of their APIs.

package import Kernel

/// The families of services that word these errors differently.
package enum ServiceFamily: Hashable, Sendable {
    case s3
    /// awsJson and restJson services; the name is the one in credential scopes.
    case json(service: String)
    /// awsQuery services.
    case query(service: String)

    /// The service's name in credential scopes.
    package var service: String {
        switch self {
        case .s3: "s3"
        case .json(let service), .query(let service): service
        }
    }
}

/// Why a signature is not accepted.
package enum SignatureFault: Error, Hashable, Sendable {
    /// What was computed from the request, for people who debug a signer.
    package struct Mismatch: Hashable, Sendable {
        /// As the request gave them.
        package var accessKey: String, signature: String
        /// As they were computed here; Version 2 and forms have no canonical request.
        package var stringToSign: [UInt8], canonicalRequest: [UInt8]?
    }

    /// No signature where one is needed.
    case missing
    /// Signature Version 2 for anything but S3.
    case signatureVersion2
    /// What only Signature Version 2 asks of a header.
    case malformedVersion2Header(reason: String, value: String)
    /// What only Signature Version 2 asks of a query.
    case malformedVersion2Query(String)
    /// Two signatures: the header's value beside one in the query, or nil for two in the query.
    case onlyOneMechanism(String?)
    /// SigV4A (ECDSA), which is not served.
    case asymmetricSignature
    case unsupportedAuthorization(String)
    case malformedHeader(String)
    case malformedQuery(String)
    case malformedCredential(SignaturePlacement)
    /// The date in the scope is not that of the request.
    case scopeDate(SignaturePlacement, scope: String, request: String)
    /// The scope names another service than the one called.
    case scopeService(SignaturePlacement, given: String, expected: String)
    case missingDate
    /// The clocks of client and server differ by more than `SignatureVerifier.allowedSkew`.
    case skewed(request: String, now: Instant)
    /// A presigned request from the future.
    case notYetValid
    /// A presigned request whose time is over; in Version 2 it has no lifetime, only an end.
    case expired(lifetime: Duration?, end: Instant, now: Instant)
    /// Headers that must be signed and are not.
    case unsignedHeaders([String])
    case missingPayloadHash
    case invalidPayloadHash(String)
    case payloadHashMismatch
    /// A key that nobody told us about, in strict mode.
    case unknownKey(String)
    /// A session token missing, or not the key's.
    case invalidToken
    case expiredToken
    /// The HMAC is another one.
    case mismatch(Mismatch)
}

extension SignatureFault {
    /// The error in the words of the service that was called.
    package func error(for family: ServiceFamily) -> ServiceError {
        switch family {
        case .s3: errorOfS3
        case .json: errorOfJSONService
        case .query: errorOfQueryService
        }
    }

    private var credentialRule: String {
        "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
    }
}

// MARK: S3

extension SignatureFault {
    private var errorOfS3: ServiceError {
        switch self {
        case .missing: denied("Access Denied")
        case .signatureVersion2:
            ServiceError(
                "InvalidRequest", status: 400,
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
        case .malformedVersion2Header(let reason, let value): invalidAuthorization(reason, value)
        case .malformedVersion2Query(let reason): denied(reason)
        case .onlyOneMechanism(let value):
            invalidAuthorization(
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
                    + "parameter or the Authorization header should be specified", value)
        case .asymmetricSignature: .notImplemented("Signature Version 4A (AWS4-ECDSA-P256-SHA256)")
        case .unsupportedAuthorization(let value): invalidAuthorization("Unsupported Authorization Type", value)
        case .malformedHeader(let reason): malformed(.header, reason)
        case .malformedQuery(let reason): ServiceError("AuthorizationQueryParametersError", status: 400, reason)
        case .malformedCredential(let placement): malformed(placement, credentialRule)
        case .scopeDate(let placement, let scope, let request):
            malformed(
                placement,
                "Invalid credential date \"\(scope)\". This date is not the same as X-Amz-Date: \"\(request)\".")
        case .scopeService(let placement, let given, let expected):
            malformed(placement, "incorrect service \"\(given)\". This endpoint belongs to \"\(expected)\".")
        case .missingDate: denied("AWS authentication requires a valid Date or x-amz-date header")
        case .skewed(let request, let now):
            ServiceError(
                "RequestTimeTooSkewed", status: 403,
                "The difference between the request time and the current time is too large.",
                fields: [
                    .init("RequestTime", request), .init("ServerTime", now.iso8601Seconds),
                    .init("MaxAllowedSkewMilliseconds", "900000"),
                ])
        case .notYetValid: denied("Request is not valid yet")
        case .expired(let lifetime, let end, let now):
            denied(
                "Request has expired",
                (lifetime.map { [.init("X-Amz-Expires", String($0.components.seconds))] } ?? [])
                    + [.init("Expires", end.iso8601Seconds), .init("ServerTime", now.iso8601Seconds)])
        case .unsignedHeaders(let names):
            denied(
                "There were headers present in the request which were not signed",
                [.init("HeadersNotSigned", names.joined(separator: ", "))])
        case .missingPayloadHash:
            ServiceError(
                "InvalidRequest", status: 400, "Missing required header for this request: x-amz-content-sha256")
        case .invalidPayloadHash(let value): .invalidPayloadHash(value)
        case .payloadHashMismatch:
            ServiceError(
                "XAmzContentSHA256Mismatch", status: 400,
                "The provided 'x-amz-content-sha256' header does not match what was computed.")
        case .unknownKey(let key):
            ServiceError(
                "InvalidAccessKeyId", status: 403,
                "The AWS Access Key Id you provided does not exist in our records.",
                fields: [.init("AWSAccessKeyId", key)])
        case .invalidToken:
            ServiceError("InvalidToken", status: 400, "The provided token is malformed or otherwise invalid.")
        case .expiredToken: ServiceError("ExpiredToken", status: 400, "The provided token has expired.")
        case .mismatch(let mismatch): mismatch.errorOfS3
        }
    }

    private func denied(_ message: String, _ fields: [ServiceError.Field] = []) -> ServiceError {
        ServiceError("AccessDenied", status: 403, message, fields: fields)
    }

    private func invalidAuthorization(_ message: String, _ value: String?) -> ServiceError {
        ServiceError(
            "InvalidArgument", status: 400, message,
            fields: [.init("ArgumentName", "Authorization")] + (value.map { [.init("ArgumentValue", $0)] } ?? []))
    }

    private func malformed(_ placement: SignaturePlacement, _ reason: String) -> ServiceError {
        switch placement {
        case .header:
            ServiceError(
                "AuthorizationHeaderMalformed", status: 400, "The authorization header is malformed; \(reason)")
        case .query:
            ServiceError(
                "AuthorizationQueryParametersError", status: 400,
                "Error parsing the X-Amz-Credential parameter; \(reason)")
        case .form:
            ServiceError(
                "InvalidArgument", status: 400, reason, fields: [.init("ArgumentName", "X-Amz-Credential")])
        }
    }
}

extension SignatureFault.Mismatch {
    fileprivate var errorOfS3: ServiceError {
        ServiceError(
            "SignatureDoesNotMatch", status: 403,
            "The request signature we calculated does not match the signature you provided. "
                + "Check your key and signing method.",
            fields: [
                .init("AWSAccessKeyId", accessKey),
                .init("StringToSign", String(decoding: stringToSign, as: UTF8.self)),
                .init("SignatureProvided", signature),
                .init("StringToSignBytes", spaced(stringToSign)),
            ] + canonicalFields)
    }

    private var canonicalFields: [ServiceError.Field] {
        guard let canonicalRequest else { return [] }
        return [
            .init("CanonicalRequest", String(decoding: canonicalRequest, as: UTF8.self)),
            .init("CanonicalRequestBytes", spaced(canonicalRequest)),
        ]
    }

    /// The form in which S3 shows bytes: two digits each, a blank between.
    private func spaced(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}

extension ServiceError {
    /// An `x-amz-content-sha256` that is neither a hash nor one of the words for unhashed bodies.
    package static func invalidPayloadHash(_ value: String) -> ServiceError {
        ServiceError(
            "InvalidArgument", status: 400,
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER "
                + "or a valid sha256 value.",
            fields: [.init("ArgumentName", "x-amz-content-sha256"), .init("ArgumentValue", value)])
    }
}

// MARK: The others

extension SignatureFault {
    private var errorOfJSONService: ServiceError {
        switch self {
        case .missing: ServiceError("MissingAuthenticationTokenException", status: 403, "Missing Authentication Token")
        case .asymmetricSignature: .notImplemented("Signature Version 4A (AWS4-ECDSA-P256-SHA256)")
        case .unknownKey, .invalidToken:
            ServiceError(
                "UnrecognizedClientException", status: 403,
                "The security token included in the request is invalid.")
        case .expiredToken:
            ServiceError(
                "ExpiredTokenException", status: 403, "The security token included in the request is expired")
        case .signatureVersion2, .malformedVersion2Header, .malformedVersion2Query, .onlyOneMechanism,
            .unsupportedAuthorization, .malformedHeader, .malformedQuery, .malformedCredential, .missingDate:
            ServiceError("IncompleteSignatureException", status: 403, plainMessage)
        case .scopeDate, .scopeService, .skewed, .notYetValid, .expired, .unsignedHeaders, .missingPayloadHash,
            .invalidPayloadHash, .payloadHashMismatch, .mismatch:
            ServiceError("InvalidSignatureException", status: 403, plainMessage)
        }
    }

    private var errorOfQueryService: ServiceError {
        switch self {
        case .missing:
            ServiceError("MissingAuthenticationToken", status: 403, "Request is missing Authentication Token")
        case .asymmetricSignature: .notImplemented("Signature Version 4A (AWS4-ECDSA-P256-SHA256)")
        case .unknownKey, .invalidToken:
            ServiceError(
                "InvalidClientTokenId", status: 403, "The security token included in the request is invalid.")
        case .expiredToken:
            ServiceError("ExpiredToken", status: 403, "The security token included in the request is expired")
        case .signatureVersion2, .malformedVersion2Header, .malformedVersion2Query, .onlyOneMechanism,
            .unsupportedAuthorization, .malformedHeader, .malformedQuery, .malformedCredential, .missingDate:
            ServiceError("IncompleteSignature", status: 400, plainMessage)
        case .scopeDate, .scopeService, .skewed, .notYetValid, .expired, .unsignedHeaders, .missingPayloadHash,
            .invalidPayloadHash, .payloadHashMismatch, .mismatch:
            ServiceError("SignatureDoesNotMatch", status: 403, plainMessage)
        }
    }

    private var plainMessage: String {
        switch self {
        case .signatureVersion2, .malformedVersion2Header, .malformedVersion2Query:
            "Signature Version 2 is not supported. Use AWS4-HMAC-SHA256."
        case .onlyOneMechanism: "Only one of the Authorization header and the query may hold a signature."
        case .unsupportedAuthorization(let value): "Unsupported AWS 'algorithm': '\(value.prefix { $0 != " " })'."
        case .malformedHeader(let reason), .malformedQuery(let reason): reason
        case .malformedCredential: "Credential must have exactly 5 slash-delimited elements, ending in aws4_request."
        case .missingDate: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        case .scopeDate(_, let scope, let request):
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                + "'\(scope)' != '\(request)'."
        case .scopeService(_, _, let expected): "Credential should be scoped to correct service: '\(expected)'."
        case .skewed(let request, let now):
            "Signature expired or not yet current: the request was signed at \(request), now is "
                + "\(now.basicISO8601), and 15 minutes are allowed."
        case .notYetValid: "Signature not yet current."
        case .expired(_, let end, let now): "Signature expired: \(end.basicISO8601) is before \(now.basicISO8601)."
        case .unsignedHeaders(let names):
            names == ["host"]
                ? "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
                : "These headers must be signed: \(names.joined(separator: ", "))."
        case .missingPayloadHash, .invalidPayloadHash, .payloadHashMismatch:
            "The value of x-amz-content-sha256 does not match the body."
        case .mismatch(let mismatch):
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                + "Access Key and signing method. Consult the service documentation for details.\n\n"
                + "The Canonical String for this request should have been\n"
                + "'\(String(decoding: mismatch.canonicalRequest ?? [], as: UTF8.self))'\n\n"
                + "The String-to-Sign should have been\n'\(String(decoding: mismatch.stringToSign, as: UTF8.self))'\n"
        case .missing, .asymmetricSignature, .unknownKey, .invalidToken, .expiredToken: ""
        }
    }
}
