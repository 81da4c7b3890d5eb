// Lifecycle rules: what S3 refuses in them, and when something that they cover is over (user guide: managing the
// lifecycle of objects, lifecycle configuration elements). Only expiry has an effect; all storage classes are one disk.

internal import JSON
internal import Kernel
internal import Store

/// One rule of a bucket's lifecycle configuration.
struct LifecycleRule: Hashable, Sendable {
    /// What an object must be like for the rule to cover it.
    struct Filter: Hashable, Sendable {
        var prefix = ""
        var tags: [ServiceError.Field] = []
        /// Bounds that the size must lie between; neither belongs to it.
        var largerThan: Int64?, smallerThan: Int64?

        func covers(key: String, size: Int64, tags present: FieldList) -> Bool {
            key.utf8.starts(with: prefix.utf8) && (largerThan.map { size > $0 } ?? true)
                && (smallerThan.map { size < $0 } ?? true) && tags.allSatisfy { present.fields.contains($0) }
        }
    }

    var id: String
    var isEnabled: Bool
    var filter: Filter
    /// Expiration: after days, or at a date.
    var days: Int?, date: Instant?
    /// Whether delete markers that hide nothing are removed.
    var removesMarkers = false
    /// NoncurrentVersionExpiration: after days, and how many of the newest are kept all the same.
    var noncurrentDays: Int?, newerVersions = 0
    /// AbortIncompleteMultipartUpload.
    var abortDays: Int?

    /// When an object of that age is over; nil where the rule says nothing of it.
    func expiry(modified: Instant) -> Instant? {
        guard isEnabled else { return nil }
        return date ?? days.map { Self.midnight(after: modified, days: $0) }
    }

    /// The midnight (UTC) that follows an instant and a number of days.
    static func midnight(after instant: Instant, days: Int) -> Instant {
        // Nobody waits for the year 9900, and what lies behind 9999 has no date in HTTP.
        let seconds = instant.seconds + Int64(min(days, 2_900_000)) * 86_400
        return Instant(seconds: (seconds / 86_400 + 1) * 86_400)
    }
}

// MARK: Reading

extension LifecycleRule {
    /// The rules of a document; throws what S3 refuses. Dates in it are microseconds since 1970.
    static func rules(_ document: JSONValue) throws(ServiceError) -> [LifecycleRule] {
        guard let entries = document["Rules"]?.array, !entries.isEmpty else { throw .malformedXML() }
        var rules: [LifecycleRule] = []
        var ids: Set<String> = []
        for entry in entries {
            let rule = try LifecycleRule(entry)
            guard ids.insert(rule.id).inserted else {
                throw .invalidArgument(
                    "ID", rule.id, "Rule ID must be unique. Found same ID for more than one rule")
            }
            rules.append(rule)
        }
        return rules
    }

    private init(_ entry: JSONValue) throws(ServiceError) {
        id = entry["ID"]?.string ?? ""
        guard id.unicodeScalars.count <= 255 else {
            throw .invalidArgument("ID", id, "ID length should not exceed allowed limit of 255")
        }
        isEnabled = entry["Status"]?.string == "Enabled"
        guard (entry["Filter"] != nil) != (entry["Prefix"] != nil) else { throw .malformedXML() }
        filter = try Filter(entry["Filter"], prefix: entry["Prefix"]?.string)
        if let expiration = entry["Expiration"] { try take(expiration) }
        if let noncurrent = entry["NoncurrentVersionExpiration"] {
            noncurrentDays = try Self.positive(
                noncurrent["NoncurrentDays"], "NoncurrentDays", "NoncurrentVersionExpiration")
            newerVersions = noncurrent["NewerNoncurrentVersions"]?.integer ?? 0
        }
        if let abort = entry["AbortIncompleteMultipartUpload"] {
            guard filter.tags.isEmpty else {
                throw .invalidRequest("AbortIncompleteMultipartUpload cannot be specified with Tags.")
            }
            abortDays = try Self.positive(
                abort["DaysAfterInitiation"], "DaysAfterInitiation", "AbortIncompleteMultipartUpload")
        }
        let hasAction = [
            "Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload", "Transitions",
            "NoncurrentVersionTransitions",
        ].contains { entry[$0] != nil }
        guard hasAction else {
            throw .invalidRequest("At least one action needs to be specified in a rule")
        }
    }

    private mutating func take(_ expiration: JSONValue) throws(ServiceError) {
        let given = ["Days", "Date", "ExpiredObjectDeleteMarker"].filter { expiration[$0] != nil }
        guard given.count == 1 else { throw .malformedXML() }
        if let marker = expiration["ExpiredObjectDeleteMarker"] { removesMarkers = marker.bool ?? false }
        if expiration["Days"] != nil { days = try Self.positive(expiration["Days"], "Days", "Expiration") }
        if let microseconds = expiration["Date"]?.number?.integer {
            let instant = Instant(microseconds: microseconds)
            guard microseconds % 86_400_000_000 == 0 else {
                throw .invalidArgument("Date", instant.iso8601Milliseconds, "'Date' must be at midnight GMT")
            }
            date = instant
        }
    }

    private static func positive(_ value: JSONValue?, _ name: String, _ action: String) throws(ServiceError) -> Int {
        guard let number = value?.integer else { throw .malformedXML() }
        guard number > 0 else {
            throw .invalidArgument(name, String(number), "'\(name)' for \(action) action must be a positive integer")
        }
        return number
    }
}

extension LifecycleRule.Filter {
    init(_ document: JSONValue?, prefix: String?) throws(ServiceError) {
        self.prefix = prefix ?? ""
        guard let document else { return }
        guard (document.object?.count ?? 0) <= 1 else { throw .malformedXML() }
        let inner = document["And"] ?? document
        self.prefix = inner["Prefix"]?.string ?? ""
        largerThan = inner["ObjectSizeGreaterThan"]?.number?.integer
        smallerThan = inner["ObjectSizeLessThan"]?.number?.integer
        for tag in inner["Tags"]?.array ?? inner["Tag"].map({ [$0] }) ?? [] {
            guard let key = tag["Key"]?.string, let value = tag["Value"]?.string else { throw .malformedXML() }
            tags.append(.init(key, value))
        }
    }
}
