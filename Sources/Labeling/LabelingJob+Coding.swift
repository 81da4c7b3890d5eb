// The stored form of a job's state: a JSON object, readable in the database by whoever looks for a fault.
// The plan is not in it: it is derived from the job's specification, which is stored once.

package import JSON
package import Kernel

extension LabelingJob {
    /// The state as JSON.
    package var encoded: [UInt8] {
        var object: JSONObject = [
            "phase": .string(phase.name), "objects": .integer(counters.objects), "human": .integer(counters.human),
            "machine": .integer(counters.machine), "failed": .integer(counters.failed),
            "callsIssued": .integer(callsIssued), "callsOpen": .integer(callsOpen),
            "latestFileSecond": .instant(latestFileSecond), "hasPredictions": .bool(hasPredictions),
            "trainingFailures": .integer(trainingFailures), "modelName": .string(modelName),
            "humanAtStart": .integer(countedAtStart.human), "failedAtStart": .integer(countedAtStart.failed),
            "exportedLabels": .integer(exportedLabels), "hasStopRequest": .bool(hasStopRequest),
            "time": .instant(time),
            "waiting": .array(waiting.flatMap { [.integer($0.index), .instant($0.at), .integer($0.bytes)] }),
        ]
        object["round"] = phase.round.map { .integer($0) }
        object["validationFullAfter"] = validationFullAfter.map { .integer($0) }
        object["failureReason"] = failureReason.map { .string($0) }
        object["batch"] = batch.map {
            [
                "round": .integer($0.round), "size": .integer($0.size), "open": .integer($0.open),
                "started": .instant($0.started), "eventsTaken": .integer($0.eventsTaken),
            ]
        }
        return JSONValue.object(object).compactBytes
    }

    /// Nil where the bytes are no state written by `encoded`.
    package init?(decoding bytes: [UInt8], plan: Plan) {
        guard let value = try? JSONValue(parsing: bytes),
            let phase = value["phase"]?.string.flatMap({ Phase(name: $0, round: value["round"]?.integer) }),
            let objects = value["objects"]?.integer, let human = value["human"]?.integer,
            let machine = value["machine"]?.integer, let failed = value["failed"]?.integer,
            let callsIssued = value["callsIssued"]?.integer, let callsOpen = value["callsOpen"]?.integer,
            let latestFileSecond = value["latestFileSecond"]?.instant, let time = value["time"]?.instant,
            let waiting = value["waiting"]?.array
        else { return nil }
        self.init(plan: plan, at: time)
        self.phase = phase
        counters.objects = objects
        counters.human = human
        counters.machine = machine
        counters.failed = failed
        self.callsIssued = callsIssued
        self.callsOpen = callsOpen
        self.latestFileSecond = latestFileSecond
        hasPredictions = value["hasPredictions"]?.bool ?? false
        trainingFailures = value["trainingFailures"]?.integer ?? 0
        countedAtStart.human = value["humanAtStart"]?.integer ?? 0
        countedAtStart.failed = value["failedAtStart"]?.integer ?? 0
        modelName = value["modelName"]?.string ?? ""
        exportedLabels = value["exportedLabels"]?.integer ?? 0
        hasStopRequest = value["hasStopRequest"]?.bool ?? false
        validationFullAfter = value["validationFullAfter"]?.integer
        failureReason = value["failureReason"]?.string
        batch = value["batch"].flatMap(Batch.init(json:))
        self.waiting = stride(from: 0, to: waiting.count - 2, by: 3).compactMap { place in
            guard let index = waiting[place].integer, let at = waiting[place + 1].instant,
                let bytes = waiting[place + 2].integer
            else { return nil }
            return Finished(index: index, at: at, bytes: bytes)
        }
    }
}

extension LabelingJob.Phase {
    /// Nil where the name is none, or its round is missing.
    package init?(name: String, round: Int?) {
        switch (name, round) {
        case ("initializing", nil): self = .initializing
        case ("selecting", let round?): self = .selecting(round)
        case ("annotating", let round?): self = .annotating(round)
        case ("consolidating", let round?): self = .consolidating(round)
        case ("training", let round?): self = .training(round)
        case ("predicting", let round?): self = .predicting(round)
        case ("finalizing", nil): self = .finalizing
        case ("stopping", nil): self = .stopping
        case ("failing", nil): self = .failing
        case ("completed", nil): self = .completed
        case ("stopped", nil): self = .stopped
        case ("failed", nil): self = .failed
        default: return nil
        }
    }
}

extension LabelingJob.Batch {
    fileprivate init?(json: JSONValue) {
        guard let round = json["round"]?.integer, let size = json["size"]?.integer, let open = json["open"]?.integer,
            let started = json["started"]?.instant, let eventsTaken = json["eventsTaken"]?.integer
        else { return nil }
        self.init(round: round, size: size, open: open, started: started, eventsTaken: eventsTaken)
    }
}

extension LabelingJob.Effect {
    /// The effect as JSON, for the outbox. Records are not performed and have none.
    package var encoded: [UInt8]? {
        json.map { JSONValue.object($0).compactBytes }
    }

    private var json: JSONObject? {
        switch self {
        case .loadManifest: return ["do": "loadManifest"]
        case .chooseBatch(let selection):
            return [
                "do": "chooseBatch", "round": .integer(selection.round), "limit": .integer(selection.limit),
                "order": .string(selection.order.rawValue), "at": .instant(selection.at),
            ]
        case .consolidate(let call):
            return [
                "do": "consolidate", "number": .integer(call.number), "round": .integer(call.round),
                "objects": .array(call.objects.map { .integer($0) }), "at": .instant(call.at),
                "fileSecond": .instant(call.fileSecond),
            ]
        case .expireOpenObjects(let round, let at):
            return ["do": "expireOpenObjects", "round": .integer(round), "at": .instant(at)]
        case .cancelOpenObjects(let round): return ["do": "cancelOpenObjects", "round": .integer(round)]
        case .train(let round, let at): return ["do": "train", "round": .integer(round), "at": .instant(at)]
        case .predict(let round, let at, let model):
            return ["do": "predict", "round": .integer(round), "at": .instant(at), "model": .string(model)]
        case .export(let isFinal, let at): return ["do": "export", "isFinal": .bool(isFinal), "at": .instant(at)]
        case .record: return nil
        }
    }

    /// Nil where the bytes are no effect written by `encoded`.
    package init?(decoding bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let kind = value["do"]?.string else { return nil }
        let round = value["round"]?.integer, at = value["at"]?.instant
        switch (kind, round, at) {
        case ("loadManifest", _, _): self = .loadManifest
        case ("chooseBatch", let round?, let at?):
            guard let limit = value["limit"]?.integer,
                let order = value["order"]?.string.flatMap(LabelingJob.Selection.Order.init(rawValue:))
            else { return nil }
            self = .chooseBatch(LabelingJob.Selection(round: round, limit: limit, order: order, at: at))
        case ("consolidate", let round?, let at?):
            guard let number = value["number"]?.integer, let second = value["fileSecond"]?.instant,
                let objects = value["objects"]?.array
            else { return nil }
            self = .consolidate(
                LabelingJob.Consolidation(
                    number: number, round: round, objects: objects.compactMap(\.integer), at: at, fileSecond: second))
        case ("expireOpenObjects", let round?, let at?): self = .expireOpenObjects(round: round, at: at)
        case ("cancelOpenObjects", let round?, _): self = .cancelOpenObjects(round: round)
        case ("train", let round?, let at?): self = .train(round: round, at: at)
        case ("predict", let round?, let at?):
            guard let model = value["model"]?.string else { return nil }
            self = .predict(round: round, at: at, model: model)
        case ("export", _, let at?): self = .export(isFinal: value["isFinal"]?.bool ?? false, at: at)
        default: return nil
        }
    }
}

extension JSONValue {
    /// Instants are stored as microseconds since the epoch.
    package static func instant(_ instant: Instant) -> JSONValue { .integer(instant.microseconds) }
    /// Nil where the value is no whole number.
    package var instant: Instant? { integer.map { Instant(microseconds: Int64($0)) } }
}
