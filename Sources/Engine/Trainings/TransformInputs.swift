// The objects that a transform job is to predict, some at a time: all below a prefix, or those that a manifest names.

internal import JSON
internal import Kernel
internal import Labeling

/// The input of a transform job, in slices of bounded size.
struct TransformInputs: AsyncSequence {
    /// An object, and what its output is called below the output's prefix, without `.out`.
    struct Item: Hashable, Sendable {
        var address: S3URI
        var name: String
    }

    /// Few enough that their predictions can wait in memory to be written together.
    static let sliceCount = 100

    private let order: TransformOrder
    private let files: any JobFiles
    private let limits: Limits

    init(_ order: TransformOrder, _ files: any JobFiles, _ limits: Limits) {
        self.order = order
        self.files = files
        self.limits = limits
    }

    func makeAsyncIterator() -> Iterator { Iterator(order: order, files: files, limits: limits) }

    struct Iterator: AsyncIteratorProtocol {
        let order: TransformOrder
        let files: any JobFiles
        let limits: Limits
        private var waiting: [Item] = []
        private var last = ""
        private var isFinished = false
        private var isEmpty = true

        init(order: TransformOrder, files: any JobFiles, limits: Limits) {
            self.order = order
            self.files = files
            self.limits = limits
        }

        mutating func next() async throws -> [Item]? {
            while waiting.isEmpty, !isFinished { try await read() }
            if waiting.isEmpty {
                if isEmpty { throw TrainingRefusal("there is no object at \(order.source)") }
                return nil
            }
            isEmpty = false
            let slice = Array(waiting.prefix(TransformInputs.sliceCount))
            waiting.removeFirst(slice.count)
            return slice
        }

        private mutating func read() async throws {
            do {
                switch order.input {
                case .prefix: try await readPage()
                case .manifest:
                    waiting = try TransformManifest.items(
                        try await files.read(order.source, limit: limits.modelBytes), order.source)
                    isFinished = true
                }
            } catch let error as ServiceError where error.fault == .client {
                throw TrainingRefusal("\(order.source) cannot be read: \(error.code): \(error.message)")
            }
        }

        private mutating func readPage() async throws {
            let keys = try await files.keys(below: order.source, after: last)
            isFinished = keys.count < limits.listKeys
            last = keys.last ?? last
            let prefix = order.source.key
            waiting = keys.filter { !$0.hasSuffix("/") }.map { key in
                Item(
                    address: S3URI(bucket: order.source.bucket, key: key),
                    name: TransformInputs.name(of: key, below: prefix))
            }
        }
    }

    /// What lies behind the folder that the prefix names; a prefix that ends within a name takes that name along.
    static func name(of key: String, below prefix: String) -> String {
        var folder = prefix[...]
        if !prefix.isEmpty, !prefix.hasSuffix("/"), !key.hasPrefix(prefix + "/") {
            folder = prefix.lastIndex(of: "/").map { prefix[...$0] } ?? ""
        }
        var name = key.dropFirst(folder.count)
        while name.hasPrefix("/") { name.removeFirst() }
        return String(name)
    }
}

/// A manifest of the old kind (API reference: S3DataSource, ManifestFile): a list of a prefix and names below it.
enum TransformManifest {
    static func items(_ bytes: [UInt8], _ source: S3URI) throws(TrainingRefusal) -> [TransformInputs.Item] {
        guard let list = (try? JSONValue(parsing: bytes))?.array, let text = list.first?["prefix"]?.string,
            let prefix = S3URI(text)
        else { throw TrainingRefusal("\(source) is not a list that begins with {\"prefix\": \"s3://…\"}") }
        var items: [TransformInputs.Item] = []
        for entry in list.dropFirst() {
            guard let name = entry.string, !name.isEmpty else {
                throw TrainingRefusal("\(source) has an entry that is not the name of an object: \(entry.compactText)")
            }
            items.append(
                TransformInputs.Item(address: S3URI(bucket: prefix.bucket, key: prefix.key + name), name: name))
        }
        return items
    }
}
