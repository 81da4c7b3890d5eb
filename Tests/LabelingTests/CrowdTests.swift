import Kernel
import Testing

@testable import Labeling

private func crowd(
    _ preset: CrowdModel.Preset, _ pool: CrowdModel.Pool = .privateTeam, size: Int = 20, classes: Int = 5,
    seed: UInt64 = 1, job: String = "job"
) -> Crowd {
    let draws = SeededDraws(seed: seed)
    return Crowd(
        CrowdModel(preset, pool: pool), size: size, classes: classes, region: .standard, team: draws.scoped("team"),
        job: draws.scoped(job))
}

/// Share of right answers of a worker over many objects.
private func accuracy(_ crowd: Crowd, _ worker: Int, objects: Int = 2000) -> Double {
    let right = (0..<objects).count {
        crowd.answer(of: worker, to: $0, truth: $0 % crowd.classes) == $0 % crowd.classes
    }
    return Double(right) / Double(objects)
}

@Suite struct CrowdTests {
    @Test func privateWorkersAreNamedAndIdentified() {
        let workers = crowd(.expert).workers
        #expect(workers.count == 20)
        #expect(Set(workers.map(\.identity.id)).count == 20)
        for worker in workers {
            #expect(worker.identity.id.wholeMatch(of: /private\.us-east-1\.[0-9a-f]{16}/) != nil)
            let account = worker.identity.account
            #expect(account?.provider == "Cognito")
            #expect(
                account?.issuer.wholeMatch(
                    of: /https:\/\/cognito-idp\.us-east-1\.amazonaws\.com\/us-east-1_[A-Za-z0-9]{9}/) != nil)
            #expect(
                account?.subject.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
                    != nil)
        }
        #expect(Set(workers.compactMap(\.identity.account?.issuer)).count == 1)
    }

    @Test func publicWorkersHaveAnIdOnly() {
        let workers = crowd(.mturk, .publicCrowd, size: 200).workers
        #expect(Set(workers.map(\.identity.id)).count == 200)
        for worker in workers {
            #expect(worker.identity.id.wholeMatch(of: /public\.us-east-1\.[A-Z0-9]{26}/) != nil)
            #expect(worker.identity.account == nil)
        }
    }

    @Test func aTeamsPeopleStayWhoTheyAreFromJobToJob() {
        let first = crowd(.expert, job: "one"), second = crowd(.expert, job: "two")
        #expect(first.workers == second.workers)
        #expect(crowd(.expert, seed: 2).workers.map(\.identity) != first.workers.map(\.identity))
        let answers = (0..<200).map { first.answer(of: 3, to: $0, truth: 0) }
        #expect(answers == (0..<200).map { first.answer(of: 3, to: $0, truth: 0) })
        #expect(answers != (0..<200).map { second.answer(of: 3, to: $0, truth: 0) })
    }

    @Test func signInIsTheTeamsOwnWhereGiven() {
        let draws = SeededDraws(seed: 1)
        let crowd = Crowd(
            CrowdModel(.perfect, pool: .privateTeam), size: 1, classes: 2, region: .standard,
            signIn: ("Oidc", "https://idp.example"), team: draws, job: draws)
        #expect(crowd.workers[0].identity.account?.provider == "Oidc")
        #expect(crowd.workers[0].identity.account?.issuer == "https://idp.example")
    }

    @Test func perfectPeopleAlwaysSayTheTruth() {
        let crowd = crowd(.perfect, .publicCrowd)
        for worker in 0..<20 {
            #expect(accuracy(crowd, worker, objects: 300) == 1)
            for object in 0..<300 { #expect(crowd.outcome(of: worker, at: object, attempt: 0) == .submits) }
        }
    }

    @Test func withoutTruthAllWorkersAgree() throws {
        let task = Classification(
            .imageMultiClass, try LabelCategories(names: ["a", "b", "c", "d", "e"], bounds: (2, nil)))
        for preset in CrowdModel.Preset.allCases {
            let crowd = crowd(preset)
            let agreed = (0..<500).map { crowd.agreedClass(of: $0) }
            for worker in 0..<20 {
                #expect(
                    (0..<500).map { index in
                        task.simulatedAnswer(
                            by: worker, of: crowd, to: Subject(index: index, source: .text(""), truth: nil))
                    } == agreed.map { Annotation.category($0) })
            }
            for label in 0..<5 { #expect(abs(agreed.count { $0 == label } - 100) < 45) }
        }
    }

    /// Weights of the kinds are those of the populations that the consolidation facts were measured on.
    @Test func kindsOccurInTheirShares() {
        let workers = crowd(.spammy, .publicCrowd, size: 4000).workers
        func share(_ kind: CrowdModel.WorkerKind) -> Double { Double(workers.count { $0.kind == kind }) / 4000 }
        #expect(abs(share(.expert) - 0.10) < 0.025)
        #expect(abs(share(.normal) - 0.40) < 0.035)
        #expect(abs(share(.sloppy) - 0.10) < 0.025)
        #expect(abs(share(.random) - 0.25) < 0.03)
        #expect(abs(share(.oneClass) - 0.15) < 0.025)
    }

    /// Means of Beta(38, 2), Beta(16, 4) and Beta(4, 6).
    @Test func skillsFollowTheirDistributions() {
        let workers = crowd(.mturk, .publicCrowd, size: 6000).workers
        for (kind, mean, spread) in [
            (CrowdModel.WorkerKind.expert, 0.95, 0.034), (.normal, 0.8, 0.087), (.sloppy, 0.4, 0.148),
        ] {
            let skills = workers.filter { $0.kind == kind }.map(\.skill)
            let average = skills.reduce(0, +) / Double(skills.count)
            let variance = skills.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(skills.count)
            #expect(abs(average - mean) < 0.015)
            #expect(abs(variance.squareRoot() - spread) < 0.012)
        }
    }

    @Test func accuracyFollowsTheKind() {
        let crowd = crowd(.spammy, .publicCrowd, size: 200)
        var seen: Set<CrowdModel.WorkerKind> = []
        for (index, worker) in crowd.workers.enumerated() where seen.insert(worker.kind).inserted {
            let accuracy = accuracy(crowd, index)
            switch worker.kind {
            case .perfect: #expect(accuracy == 1)
            case .expert: #expect(accuracy > 0.85)
            case .normal: #expect((0.5...0.95).contains(accuracy))
            case .sloppy: #expect((0.2...0.85).contains(accuracy))
            case .random, .oneClass: #expect(abs(accuracy - 0.2) < 0.04)
            }
        }
        #expect(seen.count == 5)
    }

    @Test func oneClassWorkersRepeatThemselves() throws {
        let crowd = crowd(.spammy, .publicCrowd, size: 100)
        let worker = try #require(crowd.workers.firstIndex { $0.kind == .oneClass })
        let answers = (0..<1000).map { crowd.answer(of: worker, to: $0, truth: $0 % 5) }
        let most = (0..<5).map { label in answers.count { $0 == label } }.max() ?? 0
        #expect(abs(most - 980) < 20)
    }

    /// Difficult objects are difficult for everybody, so that errors of different workers go together.
    @Test func errorsAreSharedBetweenWorkers() {
        let crowd = crowd(.expert, size: 30)
        let normal = crowd.workers.indices.filter { crowd.workers[$0].kind == .normal }.prefix(2)
        #expect(normal.count == 2)
        var both = 0, first = 0, second = 0
        let objects = 5000
        for object in 0..<objects {
            let wrong = normal.map { crowd.answer(of: $0, to: object, truth: object % 5) != object % 5 }
            first += wrong[0] ? 1 : 0
            second += wrong[1] ? 1 : 0
            both += wrong[0] && wrong[1] ? 1 : 0
        }
        #expect(Double(both) > 1.2 * Double(first) * Double(second) / Double(objects))
    }

    @Test func answersAreAlwaysClasses() {
        for classes in [1, 2, 3, 40] {
            let crowd = crowd(.spammy, .publicCrowd, size: 60, classes: classes)
            for worker in 0..<60 {
                for object in 0..<50 {
                    let answer = crowd.answer(of: worker, to: object, truth: object % classes)
                    #expect((0..<classes).contains(answer))
                }
            }
        }
    }

    @Test func declinesAndAbandonmentsOccurAsOftenAsThePoolSays() {
        for (pool, declines, abandons) in [(CrowdModel.Pool.privateTeam, 0.03, 0.01), (.publicCrowd, 0.12, 0.05)] {
            let crowd = crowd(.expert, pool, size: 100)
            var counts: [Crowd.Outcome: Double] = [:]
            for worker in 0..<100 {
                for object in 0..<300 {
                    counts[crowd.outcome(of: worker, at: object, attempt: 0), default: 0] += 1 / 30_000
                }
            }
            #expect(abs((counts[.declines] ?? 0) - declines) < 0.006)
            #expect(abs((counts[.abandons] ?? 0) - abandons) < 0.004)
        }
    }

    @Test func activeTimesHaveTheirMedian() {
        let crowd = crowd(.expert, size: 200)
        var times = (0..<200).flatMap { worker in
            (0..<50).map { crowd.activeTime(of: worker, at: $0, attempt: 0).inSeconds }
        }
        times.sort()
        #expect(abs(times[times.count / 2] - 3) < 0.35)
        // The spread of the logarithm is the root of 0.4² + 0.6².
        #expect(abs(times[Int(Double(times.count) * 0.8413)] / times[times.count / 2] - 2.06) < 0.25)
        #expect(times.allSatisfy { $0 >= 0.2 })
    }

    /// Together the workers pause as if each took the mean; the busiest tenth does about half of the tasks where pauses
    /// are what costs time.
    @Test func busyWorkersPauseLess() {
        let workers = crowd(.mturk, .publicCrowd, size: 200).workers
        let rates = workers.map { 1 / $0.meanPause }
        let all = rates.reduce(0, +), busiest = rates.prefix(20).reduce(0, +)
        let meanPause = 200 / all
        #expect(abs(meanPause - 60_000_000) < 60_000)
        #expect(abs(busiest / all - 0.55) < 0.1)
    }
}
