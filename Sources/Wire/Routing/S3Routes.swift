// S3's operations by method, depth of the path, query keys and copy header. Among all that fit, the one that asks for
// most wins: GET with `uploadId` is ListParts, GET with nothing known is GetObject. Operations that are not served take
// part, so that GET with `acl` is refused by name and not answered with the object.

internal import Kernel
internal import Shapes

struct S3Routes: Sendable {
    private enum Depth: Int { case service, bucket, object }

    private enum Target {
        case served(OperationSchema)
        case unserved(String)
    }

    private struct Candidate {
        let target: Target
        let query: [(name: String, value: String?)]
        let headers: [String]

        func fits(_ head: RequestHead, _ items: [QueryItem], _ subresources: [String]) -> Bool {
            // To leave a sub-resource out of account would do something to the bucket or object itself.
            for name in subresources where !query.contains(where: { $0.name == name }) { return false }
            for wanted in query {
                guard let item = items.first(where: { $0.name == wanted.name }) else { return false }
                if let value = wanted.value, item.value != value { return false }
            }
            return headers.allSatisfy { head.headers[$0] != nil }
        }
    }

    /// Parameters that name a part or a side of a bucket or an object, and not it itself.
    private let subresources: Set<String>
    /// Parameters that operations demand without being such names.
    private static let plainParameters: Set<String> = [
        "list-type", "uploadId", "partNumber", "id", "versionId", "x-id", "select-type", "x-amz-copy-source",
    ]

    /// Most demanding first; served before unserved among equals.
    private let candidates: [String: [[Candidate]]]

    init(_ served: [OperationSchema], _ unserved: [UnservedOperation]) {
        var candidates: [String: [[Candidate]]] = [:]
        func add(_ target: Target, _ route: RouteSchema) {
            let depth: Depth = route.path == "/" ? .service : route.path.contains("{Key+}") ? .object : .bucket
            candidates[route.method, default: [[], [], []]][depth.rawValue].append(
                Candidate(target: target, query: route.query, headers: route.headers))
        }
        for operation in served { add(.served(operation), operation.route) }
        for operation in unserved { if let route = operation.route { add(.unserved(operation.name), route) } }
        let names = candidates.values.joined().joined().flatMap(\.query).map(\.name)
        subresources = Set(names).union(["torrent", "session"]).subtracting(Self.plainParameters)
        self.candidates = candidates.mapValues { depths in
            depths.map { list in
                list.enumerated().sorted { left, right in
                    let leftWeight = left.element.query.count + left.element.headers.count
                    let rightWeight = right.element.query.count + right.element.headers.count
                    return leftWeight == rightWeight ? left.offset < right.offset : leftWeight > rightWeight
                }.map(\.element)
            }
        }
    }

    func route(_ head: RequestHead, bucket hostBucket: String?, _ query: [QueryItem]) -> RoutingResult {
        guard let labels = Self.labels(head.path, hostBucket) else {
            return .unknown(.invalidURI(uri: head.path), .restXML)
        }
        guard let depths = candidates[head.method] else { return Self.notAllowed(head.method, labels.count) }
        let named = query.isEmpty ? [] : query.map(\.name).filter(subresources.contains)
        for candidate in depths[labels.count] where candidate.fits(head, query, named) {
            switch candidate.target {
            case .served(let operation):
                return .served(Route(operation: operation, labels: labels, query: query, form: []))
            case .unserved(let name): return .unserved(service: "S3", operation: name, .restXML)
            }
        }
        return unserved(named, depths[labels.count]) ?? Self.notAllowed(head.method, labels.count)
    }

    /// An operation of the sub-resource that misses something else in the request is refused by its name all the same.
    private func unserved(_ named: [String], _ candidates: [Candidate]) -> RoutingResult? {
        for candidate in candidates {
            guard case .unserved(let name) = candidate.target, !named.isEmpty,
                named.allSatisfy({ name in candidate.query.contains { $0.name == name } })
            else { continue }
            return .unserved(service: "S3", operation: name, .restXML)
        }
        return nil
    }

    /// The bucket that a form is posted to: nothing but the type of its body tells it from other requests.
    static func formBucket(_ head: RequestHead, bucket hostBucket: String?) -> String? {
        guard head.method == "POST", let type = head.headers["content-type"],
            type.lowercased().hasPrefix("multipart/form-data"), let labels = labels(head.path, hostBucket),
            labels.count == 1
        else { return nil }
        return labels[0].value
    }

    /// Bucket and key of a path; nil where an escape is broken. The key keeps every slash it has.
    private static func labels(_ path: String, _ hostBucket: String?) -> [Route.Label]? {
        let path = path.utf8.dropFirst(path.utf8.first == UInt8(ascii: "/") ? 1 : 0)
        if let hostBucket {
            let bucket = Route.Label(name: "Bucket", value: hostBucket)
            if path.isEmpty { return [bucket] }
            return PercentCoding.decode(path).map { [bucket, Route.Label(name: "Key", value: $0)] }
        }
        if path.isEmpty { return [] }
        let slash = path.firstIndex(of: UInt8(ascii: "/"))
        guard let bucket = PercentCoding.decode(path[..<(slash ?? path.endIndex)]) else { return nil }
        let label = Route.Label(name: "Bucket", value: bucket)
        guard let slash, path.index(after: slash) < path.endIndex else { return [label] }
        return PercentCoding.decode(path[path.index(after: slash)...]).map {
            [label, Route.Label(name: "Key", value: $0)]
        }
    }

    private static func notAllowed(_ method: String, _ depth: Int) -> RoutingResult {
        .unknown(
            .methodNotAllowed(method: method, resourceType: ["SERVICE", "BUCKET", "OBJECT"][depth]), .restXML)
    }
}
