// Who learns: that depends on the kind of labels, and on whether the pictures are as small as icons.

internal import Kernel
internal import Labeling
internal import Learning

extension TrainingRun {
    /// Objects looked at to tell whether all are tiny.
    private static let looked = 32

    /// The learners of the job's kind, in the order in which they are tried.
    func learners() async throws -> [any Learner] {
        let type = order.algorithm.taskType
        let areTiny = type == .imageMultiClass ? try await areFirstImagesTiny() : false
        switch environment.learners.learners(for: order.learner, type, areTiny: areTiny) {
        case .success(let found): return found
        case .failure(let reason):
            throw TrainingRefusal("nothing here learns \(order.algorithm.rawValue): \(reason)")
        }
    }

    /// Whether the images of the first lines are no larger than an icon; those that cannot be read do not count.
    private func areFirstImagesTiny() async throws -> Bool {
        var lines = TrainingLines(order.train, order.algorithm, environment.limits)
        do {
            let pieces = try await files.open(order.train.manifest)
            while lines.waiting.count < Self.looked {
                guard let piece = try await pieces.next() else {
                    try lines.finish()
                    break
                }
                try lines.scan(piece)
            }
        } catch let error as ServiceError where error.fault == .client {
            throw TrainingRefusal("\(order.train.manifest) cannot be read: \(error.code): \(error.message)")
        }
        return try await ImageInspection(order.algorithm.taskType, files, environment.limits)
            .areTiny(lines.waiting.prefix(Self.looked).map(\.source))
    }
}
