// Verifying signatures; this file has Version 4, with which nearly all requests are signed. Date, expiry, scope, signed
// headers and the shape of the payload hash are enforced for everyone. The HMAC is verified for every key we know; one
// we do not know passes in lenient mode, because tools under test bring all kinds of made-up keys, and the answer says
// that nothing was verified.

internal import Digests
package import Kernel

/// Whether keys that nobody told us about may be used.
package enum SignaturePolicy: String, Hashable, Sendable { case lenient, strict }

/// What the payload part of a signature is checked against.
package enum PayloadHash: Hashable, Sendable {
    /// The request's own `x-amz-content-sha256`; whoever reads the body holds it to that (S3).
    case declared
    /// SHA-256 of the body, which has been read already (all other services).
    case computed([UInt8])
}

/// Who made a request, as far as its signature shows.
package struct Authentication: Sendable {
    /// The raw value is that of `x-groundwork-signature`.
    package enum Standing: String, Sendable { case verified, unverified, anonymous }

    /// How far the request can be believed; answers show it.
    package var standing: Standing
    /// On whose behalf the request runs.
    package var principal: Principal
    /// Of a known key.
    package var identity: Identity?
    /// From the scope; us-east-1 for an anonymous request.
    package var region: Region
    /// From the scope; nil for an anonymous request.
    package var service: String?
    /// Nil for an anonymous request; the condition key `s3:signatureversion`.
    package var signatureVersion: SignatureVersion?
    /// Nil for an anonymous request; the condition key `s3:authType`.
    package var authType: SignaturePlacement?
    /// Since the signing of a request presigned with Version 4; the condition key `s3:signatureAge`.
    package var age: Duration?
    /// Continues the signature over the chunks of the body; nil where the key is not known.
    package var chunks: ChunkSignatures?
}

/// Verifies requests.
package struct SignatureVerifier: Sendable {
    private let credentials: any CredentialSource
    private let policy: SignaturePolicy
    private let account: AccountID
    private let keys: SigningKeyCache

    /// Most that the clocks of client and server may differ.
    package static let allowedSkew = Duration.seconds(15 * 60)

    /// - Parameter account: of anonymous requests and of unknown keys that are no account id themselves.
    package init(
        credentials: any CredentialSource, policy: SignaturePolicy, account: AccountID = .standard,
        keys: SigningKeyCache = SigningKeyCache()
    ) {
        self.credentials = credentials
        self.policy = policy
        self.account = account
        self.keys = keys
    }

    /// Whether only known keys are accepted.
    package var isStrict: Bool { policy == .strict }

    /// Verifies a request; an unsigned one comes back as anonymous, and the caller decides what that may do.
    /// - Parameter hostBucket: the bucket that the host names, which Version 2 signs as a part of the path.
    package func verify(
        _ head: RequestHead, for family: ServiceFamily, payload: PayloadHash = .declared, hostBucket: String? = nil,
        at now: Instant
    ) throws(ServiceError) -> Authentication {
        do throws(SignatureFault) {
            guard let claim = try SignatureClaim(head) else { return anonymous }
            return try verify(claim, of: head, for: family, payload: payload, hostBucket: hostBucket, at: now)
        } catch {
            throw error.error(for: family)
        }
    }

    /// Verifies a claim that has been read from the request before.
    package func verify(
        _ claim: SignatureClaim, of head: RequestHead, for family: ServiceFamily, payload: PayloadHash = .declared,
        hostBucket: String? = nil, at now: Instant
    ) throws(SignatureFault) -> Authentication {
        if claim.version == .v2 {
            return try verifyVersion2(claim, of: head, for: family, hostBucket: hostBucket, at: now)
        }
        guard claim.service == family.service else {
            throw .scopeService(claim.placement, given: claim.service, expected: family.service)
        }
        try checkTime(claim, at: now)
        try checkSignedHeaders(claim, head.headers, isS3: family == .s3)
        let payloadHash = try payloadHash(claim, head.headers, payload)
        var authentication: Authentication
        if let known = try knownCredentials(claim, at: now) {
            let key = signingKey(claim, known)
            try checkSignature(claim, head, payloadHash: payloadHash, isS3: family == .s3, key)
            authentication = verified(claim, known)
            authentication.chunks = ChunkSignatures(claim, key: key)
        } else {
            authentication = unverified(claim)
        }
        if claim.placement == .query { authentication.age = now - claim.instant }
        return authentication
    }
}

// MARK: Steps of every signature

extension SignatureVerifier {
    /// Nil for a key that is not known and passes all the same, if what it came with is a signature at all.
    func knownCredentials(_ claim: SignatureClaim, at now: Instant) throws(SignatureFault) -> Credentials? {
        guard let known = credentials.credentials(for: claim.accessKey, sessionToken: claim.sessionToken) else {
            guard policy == .lenient else { throw .unknownKey(claim.accessKey) }
            guard claim.hasSignature else { throw mismatch(claim) }
            return nil
        }
        guard let token = known.sessionToken else { return known }
        guard claim.sessionToken == token else { throw .invalidToken }
        if let expiration = known.expiration, now > expiration { throw .expiredToken }
        return known
    }

    func signingKey(_ claim: SignatureClaim, _ known: Credentials) -> SigningKey {
        keys.key(for: claim.credential, secret: known.secret) {
            SigningKey(
                secret: known.secret, date: claim.date, region: claim.region.description, service: claim.service)
        }
    }

    func verified(_ claim: SignatureClaim, _ known: Credentials) -> Authentication {
        Authentication(
            standing: .verified, principal: Principal(account: known.identity.account, accessKey: claim.accessKey),
            identity: known.identity, region: claim.region, service: claim.service, signatureVersion: claim.version,
            authType: claim.placement)
    }

    func unverified(_ claim: SignatureClaim) -> Authentication {
        Authentication(
            standing: .unverified,
            principal: Principal(account: AccountID(claim.accessKey) ?? account, accessKey: claim.accessKey),
            region: claim.region, service: claim.service, signatureVersion: claim.version, authType: claim.placement)
    }

    var anonymous: Authentication {
        Authentication(
            standing: .anonymous, principal: Principal(account: account, isAnonymous: true), region: .standard)
    }

    func checkSkew(_ claim: SignatureClaim, at now: Instant) throws(SignatureFault) {
        let difference = claim.instant - now
        guard difference <= Self.allowedSkew, difference >= .zero - Self.allowedSkew else {
            throw .skewed(request: claim.timestamp, now: now)
        }
    }

    func mismatch(
        _ claim: SignatureClaim, stringToSign: [UInt8] = [], canonicalRequest: [UInt8]? = nil
    ) -> SignatureFault {
        .mismatch(
            SignatureFault.Mismatch(
                accessKey: claim.accessKey, signature: claim.signature, stringToSign: stringToSign,
                canonicalRequest: canonicalRequest))
    }
}

extension SignatureClaim {
    /// Whether what stands in the place of the signature could be one.
    fileprivate var hasSignature: Bool {
        switch version {
        case .v2: SigV2.isSignature(signature)
        case .v4: signature.utf8.count == 64 && signature.utf8.allSatisfy { Hex.value(of: $0) != nil }
        }
    }
}

// MARK: Checks of Version 4

extension SignatureVerifier {
    private func checkTime(_ claim: SignatureClaim, at now: Instant) throws(SignatureFault) {
        guard let lifetime = claim.lifetime else { return try checkSkew(claim, at: now) }
        guard claim.instant <= now + Self.allowedSkew else { throw .notYetValid }
        let end = claim.instant + lifetime
        guard now <= end else { throw .expired(lifetime: lifetime, end: end, now: now) }
    }

    /// Host must be signed, and for S3 every x-amz- header there is. The payload hash is part of the signature anyway.
    private func checkSignedHeaders(
        _ claim: SignatureClaim, _ headers: HeaderFields, isS3: Bool
    ) throws(SignatureFault) {
        var unsigned: [String] = []
        withBytes(of: claim.signedHeaders) { signed in
            if !contains(signed, "host") { unsigned.append("host") }
            guard isS3 else { return }
            for field in headers.fields where isAmazonHeader(field.name) {
                if !contains(signed, field.name), !isSameFieldName(field.name, "x-amz-content-sha256") {
                    unsigned.append(field.name.lowercased())
                }
            }
        }
        guard unsigned.isEmpty else { throw .unsignedHeaders(unsigned) }
    }

    private func payloadHash(
        _ claim: SignatureClaim, _ headers: HeaderFields, _ payload: PayloadHash
    ) throws(SignatureFault) -> String {
        let declared = headers["x-amz-content-sha256"]
        switch payload {
        case .declared:
            if let declared { return declared }
            guard claim.placement == .query else { throw .missingPayloadHash }
            return "UNSIGNED-PAYLOAD"
        case .computed(let hash):
            let computed = Hex.text(hash)
            guard let declared, declared != "UNSIGNED-PAYLOAD" else { return declared ?? computed }
            guard declared == computed else { throw .payloadHashMismatch }
            return computed
        }
    }

    private func checkSignature(
        _ claim: SignatureClaim, _ head: RequestHead, payloadHash: String, isS3: Bool, _ key: SigningKey
    ) throws(SignatureFault) {
        let canonical = CanonicalRequest(
            head, signedHeaders: claim.signedHeaders, payloadHash: payloadHash, isS3: isS3, form: .normalized)
        let stringToSign = SigV4.stringToSign(claim, canonical.bytes)
        if isEqual(key.signature(of: stringToSign), claim.signature) { return }
        let verbatim = CanonicalRequest(
            head, signedHeaders: claim.signedHeaders, payloadHash: payloadHash, isS3: isS3, form: .verbatim)
        if verbatim.bytes != canonical.bytes,
            isEqual(key.signature(of: SigV4.stringToSign(claim, verbatim.bytes)), claim.signature)
        {
            return
        }
        throw mismatch(claim, stringToSign: stringToSign, canonicalRequest: canonical.bytes)
    }
}
