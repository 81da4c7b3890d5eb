// Cross-origin rules of a bucket and how a request is matched against them (user guide: using cross-origin resource
// sharing; Fetch standard, CORS protocol).

package import Kernel
package import Store

/// One rule of a bucket's CORS configuration.
package struct CORSRule: Hashable, Sendable {
    /// For the bucket's owner; it has no effect.
    package var id: String?
    /// Origins may hold one `*` each; methods are GET, PUT, POST, DELETE and HEAD.
    package var allowedOrigins: [String], allowedMethods: [String]
    /// Headers that a request may announce, one `*` each, and headers that a page may read, without `*`.
    package var allowedHeaders: [String], exposeHeaders: [String]
    /// How long a browser may remember the answer to a preflight request; nil says nothing of it.
    package var maxAgeSeconds: Int?

    package init(
        id: String? = nil, allowedOrigins: [String], allowedMethods: [String], allowedHeaders: [String] = [],
        exposeHeaders: [String] = [], maxAgeSeconds: Int? = nil
    ) {
        self.id = id
        self.allowedOrigins = allowedOrigins
        self.allowedMethods = allowedMethods
        self.allowedHeaders = allowedHeaders
        self.exposeHeaders = exposeHeaders
        self.maxAgeSeconds = maxAgeSeconds
    }

    static let methods: Set<String> = ["GET", "PUT", "POST", "DELETE", "HEAD"]

    /// Refuses what S3 refuses.
    static func check(_ rules: [CORSRule]) throws(ServiceError) {
        guard (1...100).contains(rules.count) else { throw .malformedXML() }
        for rule in rules {
            guard !rule.allowedOrigins.isEmpty, !rule.allowedMethods.isEmpty else { throw .malformedXML() }
            for method in rule.allowedMethods where !methods.contains(method) {
                throw .invalidRequest(
                    "Found unsupported HTTP method in CORS config. Unsupported method is \(method)")
            }
            for origin in rule.allowedOrigins where origin.utf8.count(where: { $0 == UInt8(ascii: "*") }) > 1 {
                throw .invalidRequest("AllowedOrigin \"\(origin)\" can not have more than one wildcard.")
            }
            for header in rule.allowedHeaders where header.utf8.count(where: { $0 == UInt8(ascii: "*") }) > 1 {
                throw .invalidRequest("AllowedHeader \"\(header)\" can not have more than one wildcard.")
            }
            for header in rule.exposeHeaders where header.utf8.contains(UInt8(ascii: "*")) {
                throw .invalidRequest(
                    "ExposeHeader \"\(header)\" contains wildcard. We currently do not support wildcard for "
                        + "ExposeHeader.")
            }
        }
    }

    /// Whether the rule covers a request: its origin, its method, and every header it announces.
    func covers(origin: String, method: String, headers: [String]) -> Bool {
        allowedOrigins.contains { matches($0, origin) } && allowedMethods.contains(method)
            && headers.allSatisfy { header in
                allowedHeaders.contains { matches($0.lowercased(), header.lowercased()) }
            }
    }
}

/// Whether a text fits a pattern with at most one `*`.
private func matches(_ pattern: String, _ text: String) -> Bool {
    let pattern = Array(pattern.utf8), text = Array(text.utf8)
    guard let star = pattern.firstIndex(of: UInt8(ascii: "*")) else { return pattern == text }
    let head = pattern[..<star], tail = pattern[(star + 1)...]
    return text.count >= head.count + tail.count && text.starts(with: head)
        && text.suffix(tail.count).elementsEqual(tail)
}

// MARK: Keeping

extension CORSRule {
    /// All rules as one list of fields: each begins with its id.
    static func document(_ rules: [CORSRule]) -> FieldList {
        FieldList(
            rules.flatMap { rule in
                var fields = [ServiceError.Field("rule", rule.id ?? "")]
                fields += rule.allowedOrigins.map { .init("origin", $0) }
                fields += rule.allowedMethods.map { .init("method", $0) }
                fields += rule.allowedHeaders.map { .init("header", $0) }
                fields += rule.exposeHeaders.map { .init("expose", $0) }
                if let age = rule.maxAgeSeconds { fields.append(.init("max-age", String(age))) }
                return fields
            })
    }

    static func rules(_ document: FieldList) -> [CORSRule] {
        var rules: [CORSRule] = []
        for field in document.fields {
            if field.name == "rule" {
                rules.append(
                    CORSRule(id: field.value.isEmpty ? nil : field.value, allowedOrigins: [], allowedMethods: []))
            }
            guard var rule = rules.popLast() else { continue }
            switch field.name {
            case "origin": rule.allowedOrigins.append(field.value)
            case "method": rule.allowedMethods.append(field.value)
            case "header": rule.allowedHeaders.append(field.value)
            case "expose": rule.exposeHeaders.append(field.value)
            case "max-age": rule.maxAgeSeconds = Int(field.value)
            default: break
            }
            rules.append(rule)
        }
        return rules
    }
}

// MARK: Matching

/// What a cross-origin request is told.
package struct CORSGrant: Hashable, Sendable {
    /// The rule that covers the request.
    package var rule: CORSRule
    /// The request's Origin, as sent.
    package var origin: String
    /// The headers that a preflight announced.
    package var requestedHeaders: [String]

    /// Response header fields of a granted request; `isPreflight` adds those of the preflight answer.
    package func headers(isPreflight: Bool) -> [ServiceError.Field] {
        // A rule for everybody answers `*`, which browsers do not combine with credentials.
        let isForAll = rule.allowedOrigins.contains("*")
        var fields = [ServiceError.Field("Access-Control-Allow-Origin", isForAll ? "*" : origin)]
        fields.append(.init("Access-Control-Allow-Methods", rule.allowedMethods.joined(separator: ", ")))
        if isPreflight, !requestedHeaders.isEmpty {
            fields.append(.init("Access-Control-Allow-Headers", requestedHeaders.joined(separator: ", ")))
        }
        if !rule.exposeHeaders.isEmpty {
            fields.append(.init("Access-Control-Expose-Headers", rule.exposeHeaders.joined(separator: ", ")))
        }
        if let age = rule.maxAgeSeconds { fields.append(.init("Access-Control-Max-Age", String(age))) }
        if !isForAll { fields.append(.init("Access-Control-Allow-Credentials", "true")) }
        fields.append(
            .init("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"))
        return fields
    }
}

extension ObjectStorage {
    /// The first rule that covers a cross-origin request, or nil. No signature is needed: the rules say who may ask.
    package func corsGrant(
        bucket: String, origin: String, method: String, headers: [String] = []
    ) async throws(ServiceError) -> CORSGrant? {
        guard let document = try await corsDocument(bucket) else { return nil }
        return CORSRule.rules(document).first { $0.covers(origin: origin, method: method, headers: headers) }.map {
            CORSGrant(rule: $0, origin: origin, requestedHeaders: headers)
        }
    }

    /// The same on an event loop, with its reader.
    package func corsGrant(
        bucket: String, origin: String, method: String, reader: any ObjectReader
    ) -> CORSGrant? {
        guard let bytes = (try? reader.bucket(bucket))?.documents[.cors] else { return nil }
        let document = bytes.withUnsafeBytes { FieldList(text: $0) }
        return CORSRule.rules(document).first { $0.covers(origin: origin, method: method, headers: []) }.map {
            CORSGrant(rule: $0, origin: origin, requestedHeaders: [])
        }
    }

    /// The rules as they are kept, whoever asks.
    private func corsDocument(_ bucket: String) async throws(ServiceError) -> FieldList? {
        let found = try await kept(ObjectAddress(bucket, "")) { [index] in
            try await index.read { try $0.bucket(bucket) }
        }
        return found?.documents[.cors].map { bytes in bytes.withUnsafeBytes { FieldList(text: $0) } }
    }

    /// Answers a preflight request, or says why it is not granted.
    package func corsPreflight(
        bucket: String, origin: String, method: String, headers: [String]
    ) async throws(ServiceError) -> CORSGrant {
        guard try await corsDocument(bucket) != nil else {
            throw ServiceError(
                "AccessForbidden", status: 403, "CORSResponse: CORS is not enabled for this bucket.",
                fields: [.init("Method", method), .init("ResourceType", "BUCKET")])
        }
        guard
            let grant = try await corsGrant(bucket: bucket, origin: origin, method: method, headers: headers)
        else {
            throw ServiceError(
                "AccessForbidden", status: 403,
                "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, "
                    + "request method / Access-Control-Request-Method or Access-Control-Request-Headers are not "
                    + "whitelisted by the resource's CORS spec.",
                fields: [.init("Method", method), .init("ResourceType", "OBJECT")])
        }
        return grant
    }
}
