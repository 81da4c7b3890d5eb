// Listings in UTF-8 byte order, with keys rolled up into common prefixes. The walk is written once here, over anything
// that can step through keys from a bound; the number of steps follows the number of entries, not of keys.

/// What to list.
package struct ListingQuery: Hashable, Sendable {
    /// Keys must start with the prefix; an empty delimiter rolls nothing up.
    package var bucket: String, prefix: String, delimiter: String
    /// Entries come after this one; a common prefix as marker leaves out all below it.
    package var marker: String
    /// For uploads: after this id among those of the key that is the marker.
    package var uploadMarker: String
    /// For versions: after this one, as clients name it, among those of the key that is the marker.
    package var versionMarker = ""
    /// Most entries of the page.
    package var limit: Int

    package init(
        bucket: String, prefix: String = "", delimiter: String = "", marker: String = "", uploadMarker: String = "",
        limit: Int
    ) {
        self.bucket = bucket
        self.prefix = prefix
        self.delimiter = delimiter
        self.marker = marker
        self.uploadMarker = uploadMarker
        self.limit = limit
    }
}

/// One page of a listing: items and common prefixes together are at most the limit.
package struct ListingPage<Item: Sendable>: Sendable {
    /// In UTF-8 byte order of their keys.
    package var items: [Item] = []
    /// Each ends in the delimiter.
    package var prefixes: [String] = []
    /// Whether more entries follow.
    package var isTruncated = false
    /// The last entry of the page, item's key or prefix.
    package var last: String?

    package init() {}
}

/// What listings are made of.
protocol Listed: Sendable { var key: String { get } }

extension ListedObject: Listed {}
extension ListedVersion: Listed {}
extension UploadRecord: Listed {}

/// Where a walk goes on.
struct ListingBound {
    var bytes: [UInt8]
    var isInclusive: Bool
}

extension ListingQuery {
    /// The bytes of the smallest text above every text that starts with `prefix`; nil where there is none.
    static func end(of prefix: [UInt8]) -> [UInt8]? {
        // UTF-8 has no byte 255, so the last byte can always be raised.
        guard let last = prefix.last else { return nil }
        return prefix.dropLast() + [last + 1]
    }

    /// The common prefix that stands for `key`, or nil where the key stands for itself.
    func commonPrefix(of key: [UInt8]) -> [UInt8]? {
        guard !delimiter.isEmpty else { return nil }
        let delimiter = Array(delimiter.utf8), start = prefix.utf8.count
        guard key.count >= start + delimiter.count else { return nil }
        for place in start...(key.count - delimiter.count)
        where key[place..<place + delimiter.count].elementsEqual(delimiter) {
            return Array(key[..<(place + delimiter.count)])
        }
        return nil
    }

    /// Where the walk starts.
    var start: ListingBound {
        let prefix = Array(prefix.utf8), marker = Array(marker.utf8)
        guard !marker.isEmpty, !marker.lexicographicallyPrecedes(prefix) else {
            return ListingBound(bytes: prefix, isInclusive: true)
        }
        if marker.starts(with: prefix), let rolled = commonPrefix(of: marker), rolled == marker,
            let end = ListingQuery.end(of: rolled)
        {
            return ListingBound(bytes: end, isInclusive: true)
        }
        return ListingBound(bytes: marker, isInclusive: false)
    }

    /// Walks the keys. `step` hands over items from a bound on, in order, until it is told to stop.
    func walk<Item: Listed>(
        _ step: (ListingBound, (Item) throws -> Bool) throws -> Void
    ) throws -> ListingPage<Item> {
        var page = ListingPage<Item>()
        guard limit > 0 else { return page }
        var bound: ListingBound? = start
        while let from = bound {
            bound = nil
            try step(from) { item in
                guard page.items.count + page.prefixes.count < limit else {
                    page.isTruncated = true
                    return false
                }
                guard !delimiter.isEmpty, let rolled = commonPrefix(of: Array(item.key.utf8)) else {
                    page.items.append(item)
                    page.last = item.key
                    return true
                }
                let prefix = String(decoding: rolled, as: UTF8.self)
                page.prefixes.append(prefix)
                page.last = prefix
                bound = ListingQuery.end(of: rolled).map { ListingBound(bytes: $0, isInclusive: true) }
                return false
            }
        }
        return page
    }
}
