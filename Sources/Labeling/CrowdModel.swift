// What simulated people are like. The kinds of worker and their shares follow what public crowd data sets show: many
// good workers, some careless, a few per cent that guess or always give the same answer.

/// How a simulated workforce behaves.
package struct CrowdModel: Hashable, Sendable {
    /// A worker's skill is the chance of the right answer to an object of ordinary difficulty.
    package enum WorkerKind: Hashable, Sendable {
        /// Always right.
        case perfect
        /// Beta(38, 2).
        case expert
        /// Beta(16, 4).
        case normal
        /// Better than chance by a share of Beta(4, 6).
        case sloppy
        /// Guesses.
        case random
        /// Gives one class, whatever is shown.
        case oneClass
    }

    /// The crowds that a rule or a job tag can name.
    package enum Preset: String, CaseIterable, Hashable, Sendable {
        /// Always the truth; never declines, never walks away.
        case perfect
        /// A trained team: a quarter experts, most good, few careless, nobody worthless.
        case expert
        /// Public workers.
        case mturk
        /// Public workers, a third of whom give worthless answers.
        case spammy
    }

    /// Where the people come from: it decides their ids, and how soon and how reliably they work.
    package enum Pool: String, Hashable, Sendable {
        case privateTeam = "private"
        case publicCrowd = "public"
    }

    /// How much of a workforce is of one kind.
    package struct Share: Hashable, Sendable {
        /// What these workers are like.
        package var kind: WorkerKind
        /// Relative to the other shares.
        package var weight: Double

        package init(_ kind: WorkerKind, _ weight: Double) {
            self.kind = kind
            self.weight = weight
        }
    }

    /// Decides the form of ids, the pauses and how many decline.
    package var pool: Pool
    /// The kinds there are; their weights need not add up to 1.
    package var shares: [Share]
    /// How strongly an object's difficulty, standard normal, moves the log-odds of a right answer.
    package var difficultyWeight = 0.8
    /// Mean pause before a worker takes the next task; busier workers take shorter ones.
    package var meanPause: Duration
    /// Median time on one task, and the spread of its logarithm between workers and between tasks.
    package var medianActiveTime: Duration
    package var workerSpread = 0.4
    package var taskSpread = 0.6
    /// Share of accepted tasks that are declined, and that are left until their time runs out.
    package var declineShare: Double
    package var abandonShare: Double

    /// - Parameters:
    ///   - preset: what the people are like, whatever the pool.
    ///   - medianActiveTime: on one task of the job's kind; 3 s is usual for classifying an image.
    package init(_ preset: Preset, pool: Pool, medianActiveTime: Duration = .seconds(3)) {
        self.pool = pool
        self.medianActiveTime = medianActiveTime
        shares = CrowdModel.shares(preset)
        switch pool {
        case .privateTeam: (meanPause, declineShare, abandonShare) = (.seconds(5), 0.03, 0.01)
        case .publicCrowd: (meanPause, declineShare, abandonShare) = (.seconds(60), 0.12, 0.05)
        }
        if preset == .perfect { (declineShare, abandonShare) = (0, 0) }
    }

    private static func shares(_ preset: Preset) -> [Share] {
        switch preset {
        case .perfect: [Share(.perfect, 1)]
        case .expert: [Share(.expert, 25), Share(.normal, 70), Share(.sloppy, 5)]
        case .mturk:
            [Share(.expert, 15), Share(.normal, 55), Share(.sloppy, 15), Share(.random, 10), Share(.oneClass, 5)]
        case .spammy:
            [Share(.expert, 10), Share(.normal, 40), Share(.sloppy, 10), Share(.random, 25), Share(.oneClass, 15)]
        }
    }

    /// The crowd of a team for which nothing else was said.
    package static func standard(_ pool: Pool) -> Preset { pool == .privateTeam ? .expert : .mturk }

    /// How many people there are where nothing else was said.
    package static func standardSize(_ pool: Pool) -> Int { pool == .privateTeam ? 20 : 200 }
}
