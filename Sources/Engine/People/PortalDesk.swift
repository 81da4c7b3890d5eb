// What a performer remembers of a batch that real people work on, so that a claim need not read thousands of rows. Only
// what never changes back is in it, so whatever order it is told in does no harm, and what it has not been told of is
// found in the transaction. It can be made again from the rows at any time.

internal import Kernel
internal import Labeling

/// Which objects of a batch need not be offered, to anybody or to one worker.
struct PortalDesk: Sendable {
    /// An object with its place in the batch.
    struct Candidate: Sendable {
        var object: Int
        var place: Int
    }

    let round: Int
    /// In the order in which they are offered.
    private let objects: [Int]
    /// Objects that have ended.
    private var closed: Set<Int> = []
    /// Objects that a worker has answered or declined, by worker.
    private var done: [String: Set<Int>] = [:]

    init(round: Int, objects: [Int]) {
        self.round = round
        self.objects = objects
    }

    /// Takes in what is known of an object.
    mutating func note(_ index: Int, _ object: DataObject) {
        if object.phase != .open { closed.insert(index) }
        for answer in object.answers { done[answer.worker, default: []].insert(index) }
        for worker in object.declines { done[worker, default: []].insert(index) }
    }

    /// Objects that may be offered to a worker, from a place of the batch on.
    func candidates(for worker: String, from start: Int, limit: Int) -> [Candidate] {
        let own = done[worker] ?? []
        var found: [Candidate] = []
        for place in objects.indices.dropFirst(start) {
            if found.count == limit { break }
            let object = objects[place]
            if !closed.contains(object), !own.contains(object) { found.append(Candidate(object: object, place: place)) }
        }
        return found
    }

    /// How many objects a worker has answered or declined.
    func done(by worker: String) -> Int { done[worker]?.count ?? 0 }

    /// How many objects a worker may still be offered, at once or when others give them back.
    func pending(for worker: String) -> Int {
        objects.count - closed.count - (done[worker]?.count { !closed.contains($0) } ?? 0)
    }
}
