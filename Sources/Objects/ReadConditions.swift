// Conditions of a read, in the order of precedence of RFC 9110, section 13.2.2, and of a write.

package import Kernel
internal import Store

/// The conditional header fields of GET and HEAD, or of a copy's source.
package struct ReadConditions: Sendable {
    /// If-Match: a list of entity tags, or `*`.
    package var ifMatch: String?
    /// If-None-Match: a list of entity tags, or `*`.
    package var ifNoneMatch: String?
    /// If-Modified-Since; does not count where If-None-Match is there.
    package var ifModifiedSince: Instant?
    /// If-Unmodified-Since; does not count where If-Match is there.
    package var ifUnmodifiedSince: Instant?

    package init(
        ifMatch: String? = nil, ifNoneMatch: String? = nil, ifModifiedSince: Instant? = nil,
        ifUnmodifiedSince: Instant? = nil
    ) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
        self.ifModifiedSince = ifModifiedSince
        self.ifUnmodifiedSince = ifUnmodifiedSince
    }

    /// Whether there is nothing to check.
    package var isEmpty: Bool {
        ifMatch == nil && ifNoneMatch == nil && ifModifiedSince == nil && ifUnmodifiedSince == nil
    }

    /// What the conditions say.
    package enum Verdict: Hashable, Sendable {
        case proceed
        /// 304; for a copy it is a failure like the other.
        case notModified
        /// 412, and the field that failed.
        case failed(String)
    }

    /// - Parameters:
    ///   - etag: without quotes.
    ///   - modified: compared in whole seconds, which is all that HTTP dates have.
    package func verdict(etag: String, modified: Instant) -> Verdict {
        if let ifMatch {
            // A condition on the date is not looked at beside one on the entity tag.
            guard EntityTags(ifMatch).matchStrongly(etag) else { return .failed("If-Match") }
        } else if let ifUnmodifiedSince, modified.wholeSecond > ifUnmodifiedSince {
            return .failed("If-Unmodified-Since")
        }
        if let ifNoneMatch {
            if EntityTags(ifNoneMatch).matchWeakly(etag) { return .notModified }
        } else if let ifModifiedSince, modified.wholeSecond <= ifModifiedSince {
            return .notModified
        }
        return .proceed
    }
}

/// A list of entity tags, or `*`. Tags without quotes are taken as they are: several clients send them so.
struct EntityTags {
    private(set) var isAny = false
    private var tags: [(text: String, isWeak: Bool)] = []

    init(_ field: String) {
        for piece in EntityTags.pieces(field) {
            if piece == "*" {
                isAny = true
                continue
            }
            let isWeak = piece.hasPrefix("W/")
            var text = isWeak ? piece.dropFirst(2) : piece
            if text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = text.dropFirst().dropLast() }
            tags.append((String(text), isWeak))
        }
    }

    /// Splits at commas and takes the white space away. S3's own tags hold neither, so quotes need no care.
    private static func pieces(_ field: String) -> [Substring] {
        field.split(separator: ",").map { piece in
            var piece = piece
            while let first = piece.first, first == " " || first == "\t" { piece = piece.dropFirst() }
            while let last = piece.last, last == " " || last == "\t" { piece = piece.dropLast() }
            return piece
        }
    }

    /// Strong comparison (RFC 9110, 8.8.3.2): a weak tag matches nothing.
    func matchStrongly(_ etag: String) -> Bool { isAny || tags.contains { !$0.isWeak && $0.text == etag } }

    /// Weak comparison: weakness does not matter.
    func matchWeakly(_ etag: String) -> Bool { isAny || tags.contains { $0.text == etag } }

    var strongTexts: [String] { tags.filter { !$0.isWeak }.map(\.text) }
}

/// The conditional header fields of a write.
package struct WriteConditions: Sendable {
    /// If-Match, as sent.
    package var ifMatch: String?
    /// If-None-Match, as sent; only `*` is allowed.
    package var ifNoneMatch: String?

    package init(ifMatch: String? = nil, ifNoneMatch: String? = nil) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
    }

    /// What must hold of the row. S3 knows `If-None-Match: *` and `If-Match` with a tag, and not both at once.
    func expectation() throws(ServiceError) -> ObjectExpectation {
        if let ifNoneMatch {
            guard ifMatch == nil, EntityTags(ifNoneMatch).isAny else { throw .unsupportedHeader("If-None-Match") }
            return .absent
        }
        guard let ifMatch else { return .anything }
        let tags = EntityTags(ifMatch)
        return tags.isAny ? .present : .etag(tags.strongTexts)
    }

    /// The same, checked ahead of a body; the writer has the last word.
    func check(_ object: ObjectRecord?, _ address: ObjectAddress) throws(ServiceError) {
        switch try expectation() {
        case .anything: return
        case .absent: if object != nil { throw .preconditionFailed("If-None-Match") }
        case .present: if object == nil { throw .noSuchKey(address.key) }
        case .exactly: return
        case .etag(let tags):
            guard let object else { throw .noSuchKey(address.key) }
            guard tags.contains(object.etag) else { throw .preconditionFailed("If-Match") }
        }
    }
}
