// Verifying Signature Version 4. Date, expiry, scope, signed headers and the shape of the payload hash are enforced for
// everyone. The HMAC is verified for every key we know; one we do not know passes in lenient mode, because tools under
// test bring all kinds of made-up keys, and the answer says that nothing was verified.

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

    /// Verifies a request; an unsigned one comes back as anonymous, and the caller decides what that may do.
    package func verify(
        _ head: RequestHead, for family: ServiceFamily, payload: PayloadHash = .declared, at now: Instant
    ) throws(ServiceError) -> Authentication {
        do throws(SignatureFault) {
            guard let claim = try SignatureClaim(head) else { return anonymous }
            return try verify(claim, of: head, for: family, payload: payload, at: now)
        } catch {
            throw error.error(for: family)
        }
    }

    /// Verifies a claim that has been read from the request before.
    package func verify(
        _ claim: SignatureClaim, of head: RequestHead, for family: ServiceFamily, payload: PayloadHash = .declared,
        at now: Instant
    ) throws(SignatureFault) -> Authentication {
        guard claim.service == family.service else {
            throw .scopeService(claim.placement, given: claim.service, expected: family.service)
        }
        try checkTime(claim, at: now)
        try checkSignedHeaders(claim, head.headers, isS3: family == .s3)
        let payloadHash = try payloadHash(claim, head.headers, payload)
        var authentication = Authentication(
            standing: .unverified, principal: Principal(account: account, accessKey: claim.accessKey),
            region: claim.region, service: claim.service)
        if let known = credentials.credentials(for: claim.accessKey) {
            try checkToken(claim, known, at: now)
            let key = keys.key(for: claim.credential, secret: known.secret) {
                SigningKey(
                    secret: known.secret, date: claim.date, region: claim.region.description, service: claim.service)
            }
            try checkSignature(claim, head, payloadHash: payloadHash, isS3: family == .s3, key)
            authentication.standing = .verified
            authentication.identity = known.identity
            authentication.principal.account = known.identity.account
            authentication.chunks = ChunkSignatures(claim, key: key)
        } else {
            guard policy == .lenient else { throw .unknownKey(claim.accessKey) }
            guard Self.isSignature(claim.signature) else { throw mismatch(claim) }
            if let own = AccountID(claim.accessKey) { authentication.principal.account = own }
        }
        return authentication
    }

    private var anonymous: Authentication {
        Authentication(
            standing: .anonymous, principal: Principal(account: account, isAnonymous: true), region: .standard)
    }
}

// MARK: The checks

extension SignatureVerifier {
    private func checkTime(_ claim: SignatureClaim, at now: Instant) throws(SignatureFault) {
        guard let lifetime = claim.lifetime else {
            let difference = claim.instant - now
            guard difference <= Self.allowedSkew, difference >= .zero - Self.allowedSkew else {
                throw .skewed(request: claim.timestamp, now: now)
            }
            return
        }
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

    private func checkToken(
        _ claim: SignatureClaim, _ known: Credentials, at now: Instant
    ) throws(SignatureFault) {
        guard let token = known.sessionToken else { return }
        guard claim.sessionToken == token else { throw .invalidToken }
        if let expiration = known.expiration, now > expiration { throw .expiredToken }
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

    private static func isSignature(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { Hex.value(of: $0) != nil }
    }

    private func mismatch(
        _ claim: SignatureClaim, stringToSign: [UInt8] = [], canonicalRequest: [UInt8] = []
    ) -> SignatureFault {
        .mismatch(
            SignatureFault.Mismatch(
                accessKey: claim.accessKey, signature: claim.signature, stringToSign: stringToSign,
                canonicalRequest: canonicalRequest))
    }
}
