// Pagination of the JSON services: the token names the place in the list, and nothing else.

internal import Kernel

/// One page of a list that is in memory.
struct Page<Element> {
    let elements: [Element]
    let nextToken: String?

    /// - Parameters:
    ///   - size: MaxResults; 10 where none was given, which is the habit of the family.
    ///   - token: NextToken, as an earlier page gave it.
    init(of all: [Element], size: Int?, token: String?) throws(ServiceError) {
        let start: Int
        if let token {
            guard let place = Self.place(token), place <= all.count else {
                throw .validation("Value '\(token)' at 'nextToken' is not a token of an earlier answer.")
            }
            start = place
        } else {
            start = 0
        }
        let end = min(all.count, start + (size ?? 10))
        elements = Array(all[start..<end])
        nextToken = end < all.count ? Self.token(end) : nil
    }

    private static func token(_ place: Int) -> String { "page-\(place)" }

    private static func place(_ token: String) -> Int? {
        guard token.hasPrefix("page-"), let place = Int(token.dropFirst(5)), place >= 0 else { return nil }
        return place
    }
}
