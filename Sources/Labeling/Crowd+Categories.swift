// What simulated people tick where any number of labels may apply.

internal import Kernel

extension Crowd {
    /// The categories that a worker ticks, ascending.
    ///
    /// A label that applies is missed as often as the worker gets a class wrong. Of those that do not apply, as many in
    /// all are ticked by mistake.
    func categories(by worker: Int, of object: Int, truth: [Int]) -> [Int] {
        let draws = ownDraws(of: worker, object)
        switch workers[worker].kind {
        case .perfect: return truth
        case .random, .oneClass: return [worthlessClass(of: worker, draws)]
        case .expert, .normal, .sloppy:
            let others = Double(max(1, classes - truth.count))
            return (0..<classes).filter { label in
                let draw = draws.scoped("tick").scoped(label).uniform()
                let right = chanceOfRight(worker, object, label)
                return truth.contains(label) ? draw < right : draw < (1 - right) / others
            }
        }
    }
}
