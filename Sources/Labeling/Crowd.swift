// Simulated people: who they are, and what each of them does with a given object. Every draw is a hash of what it is
// for, so an answer depends on the worker and the object only, never on when or in which order things happen.

package import Kernel

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A simulated workforce, at work for one job.
package struct Crowd: Sendable {
    /// One simulated person.
    package struct Worker: Hashable, Sendable {
        /// As worker-response files name them; the same in every job of the team.
        package var identity: WorkerIdentity
        /// Drawn from the model's shares.
        package var kind: CrowdModel.WorkerKind
        /// A number between 0 and 1; what it means depends on the kind.
        var skill: Double
        /// Factor on the time this worker spends on a task.
        var slowness: Double
        /// Mean pause before the next task, in microseconds.
        var meanPause: Double
    }

    /// How these people behave.
    package let model: CrowdModel
    /// A worker's number elsewhere is the place in this list.
    package let workers: [Worker]
    /// Number of label categories; answers are `0 ..< classes`.
    package let classes: Int
    private let answers, difficulty, aptitude, habits, commonHabits, favourites, times, pauses, whims: SeededDraws

    /// - Parameters:
    ///   - size: number of people.
    ///   - signIn: where members of a private team sign in; nil for a user pool that is drawn.
    ///   - team: draws that are the same for every job of the team, so that its people stay who they are.
    ///   - job: draws of the job.
    package init(
        _ model: CrowdModel, size: Int, classes: Int, region: Region, signIn: (provider: String, issuer: String)? = nil,
        team: SeededDraws, job: SeededDraws
    ) {
        precondition(size > 0 && classes > 0, "a crowd has people and classes")
        self.model = model
        self.classes = classes
        let pool = team.scoped("user pool").text(9, from: Alphabet.alphanumeric)
        let account = signIn ?? ("Cognito", WorkerIdentity.issuer(ofUserPool: "\(region)_\(pool)", in: region))
        // Busy workers do most of the work: the one of rank r works 1/r as often as the first, and the pauses are set
        // so that all together work as much as if each took the mean pause.
        let harmonic = (1...size).reduce(0.0) { $0 + 1 / Double($1) }
        let shortestPause = Double(model.meanPause.inMicroseconds) * harmonic / Double(size)
        workers = (0..<size).map { index in
            let draws = team.scoped("worker").scoped(index)
            let kind = Crowd.kind(model.shares, draws.scoped("kind").uniform())
            return Worker(
                identity: Crowd.identity(model.pool, region, account, draws), kind: kind,
                skill: Crowd.skill(kind, draws.scoped("skill").stream),
                slowness: exp(model.workerSpread * draws.scoped("slowness").normal()),
                meanPause: shortestPause * Double(index + 1))
        }
        answers = job.scoped("answer")
        difficulty = job.scoped("difficulty")
        aptitude = job.scoped("aptitude")
        habits = job.scoped("confusion")
        commonHabits = job.scoped("common confusion")
        favourites = job.scoped("favourite")
        times = job.scoped("active time")
        pauses = job.scoped("pause")
        whims = job.scoped("whim")
    }

    // MARK: Who they are

    private static func identity(
        _ pool: CrowdModel.Pool, _ region: Region, _ account: (provider: String, issuer: String), _ draws: SeededDraws
    ) -> WorkerIdentity {
        switch pool {
        case .publicCrowd:
            let name = draws.scoped("id").text(26, from: Alphabet.upperAlphanumeric)
            return WorkerIdentity(id: "public.\(region).\(name)")
        case .privateTeam:
            return .privateMember(in: region, signIn: account, draws)
        }
    }

    private static func kind(_ shares: [CrowdModel.Share], _ draw: Double) -> CrowdModel.WorkerKind {
        var rest = draw * shares.reduce(0) { $0 + $1.weight }
        for share in shares {
            rest -= share.weight
            if rest < 0 { return share.kind }
        }
        return shares.last?.kind ?? .perfect
    }

    private static func skill(_ kind: CrowdModel.WorkerKind, _ stream: SeededDraws.Stream) -> Double {
        var stream = stream
        return switch kind {
        case .perfect: 1
        case .expert: stream.beta(38, 2)
        case .normal: stream.beta(16, 4)
        case .sloppy: stream.beta(4, 6)
        case .random: 0
        case .oneClass: 0.98
        }
    }

    // MARK: What they answer

    /// The class that everybody gives an object of which nothing is known: stable, and the same for all workers.
    package func agreedClass(of object: Int) -> Int { agreedDraws(of: object).below(classes) }

    /// Draws about an object that are the same for all workers.
    func agreedDraws(of object: Int) -> SeededDraws { answers.scoped("agreed").scoped(object) }

    /// Draws about what a worker makes of an object.
    func ownDraws(of worker: Int, _ object: Int) -> SeededDraws { answers.scoped(worker).scoped(object) }

    /// How large and how frequent a worker's errors are, where 1 is usual; nil for one whose answers are worthless.
    ///
    /// For everything that is drawn or marked. Skills vary as between the workers of the published simulations
    /// (lognormal with a deviation of 0.35), whatever kind they are of.
    func errorFactor(of worker: Int) -> Double? {
        let spread = exp(0.35 * aptitude.scoped("errors").scoped(worker).normal())
        return switch workers[worker].kind {
        case .perfect: 0
        case .expert: 0.5 * spread
        case .normal: spread
        case .sloppy: 2.5 * spread
        case .random, .oneClass: nil
        }
    }

    /// The class that a worker gives to whatever is shown; a new one each time for those who guess.
    func worthlessClass(of worker: Int, _ draws: SeededDraws) -> Int {
        workers[worker].kind == .oneClass ? favourites.scoped(worker).below(classes) : draws.below(classes)
    }

    /// What a worker says an object is.
    package func answer(of worker: Int, to object: Int, truth: Int) -> Int {
        guard classes > 1, (0..<classes).contains(truth) else { return truth }
        let person = workers[worker]
        let draws = ownDraws(of: worker, object)
        switch person.kind {
        case .perfect: return truth
        case .random: return draws.below(classes)
        case .oneClass:
            let favourite = favourites.scoped(worker).below(classes)
            if draws.scoped(0).uniform() < person.skill { return favourite }
            return (favourite + 1 + draws.scoped(1).below(classes - 1)) % classes
        case .expert, .normal, .sloppy:
            if draws.scoped(0).uniform() < chanceOfRight(worker, object, truth) { return truth }
            return mistake(worker, draws, truth)
        }
    }

    /// How likely a worker with a skill of sorts gets an object of that class right.
    func chanceOfRight(_ worker: Int, _ object: Int, _ truth: Int) -> Double {
        let person = workers[worker], chance = 1 / Double(classes)
        let skill = person.kind == .sloppy ? chance + (1 - chance) * person.skill : person.skill
        let forClass = min(max(skill + 0.04 * aptitude.scoped(worker).scoped(truth).normal(), 0.01), 0.995)
        let odds = log(forClass / (1 - forClass)) - model.difficultyWeight * difficulty.scoped(object).normal()
        return 1 / (1 + exp(-odds))
    }

    /// A wrong class: half by the worker's own habits, half by those that all share. Habits are drawn evenly among all
    /// possible rows (Dirichlet with ones).
    private func mistake(_ worker: Int, _ draws: SeededDraws, _ truth: Int) -> Int {
        let isOwn = draws.scoped(1).uniform() < 0.5
        let row = (isOwn ? habits.scoped(worker) : commonHabits).scoped(truth)
        let weights = (0..<classes).map { $0 == truth ? 0 : row.scoped($0).exponential(mean: 1) }
        var rest = draws.scoped(2).uniform() * weights.reduce(0, +)
        for (label, weight) in weights.enumerated() where label != truth {
            rest -= weight
            if rest < 0 { return label }
        }
        return truth == classes - 1 ? classes - 2 : classes - 1
    }

    // MARK: How they work

    /// How a worker's go at an object ends.
    enum Outcome: Hashable, Sendable {
        case submits, declines, abandons
    }

    func outcome(of worker: Int, at object: Int, attempt: Int) -> Outcome {
        let draw = whims.scoped(worker).scoped(object).scoped(attempt).uniform()
        if draw < model.declineShare { return .declines }
        return draw < model.declineShare + model.abandonShare ? .abandons : .submits
    }

    /// Time on the task, in whole milliseconds, at least a fifth of a second.
    func activeTime(of worker: Int, at object: Int, attempt: Int) -> Duration {
        let spread = exp(model.taskSpread * times.scoped(worker).scoped(object).scoped(attempt).normal())
        let time = Double(model.medianActiveTime.inMicroseconds) * workers[worker].slowness * spread
        return .milliseconds(max(Int64(time / 1000), 200))
    }

    /// The pause before the worker looks for the next task, having last been at `object`; in whole milliseconds.
    func pause(of worker: Int, after object: Int, attempt: Int) -> Duration {
        let draws = pauses.scoped(worker).scoped(object).scoped(attempt)
        return .milliseconds(Int64(draws.exponential(mean: workers[worker].meanPause) / 1000))
    }

    /// Whether tasks are always finished within their time.
    var isPunctual: Bool { model.abandonShare == 0 }
}
