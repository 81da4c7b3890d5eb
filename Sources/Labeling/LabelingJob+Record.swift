// The lines of a job's timeline as JSON, for the control API and the reports drawn from it.

package import JSON
internal import Kernel

extension LabelingJob.Record {
    /// The record as JSON: `event` names it, the other members are its figures.
    package var json: JSONObject {
        switch self {
        case .entered(let phase):
            var object: JSONObject = ["event": "entered", "phase": .string(phase.name)]
            object["round"] = phase.round.map { .integer($0) }
            return object
        case .manifest(let manifest):
            var object: JSONObject = [
                "event": "manifestLoaded", "objects": .integer(manifest.objects),
                "labeled": .integer(manifest.labeledByHumans + manifest.labeledByMachine),
                "failed": .integer(manifest.failed),
            ]
            object["modelFrom"] = manifest.modelFrom.map { .string($0) }
            return object
        case .batch(let choice):
            return [
                "event": "batchChosen", "round": .integer(choice.round), "open": .integer(choice.open),
                "unreadable": .integer(choice.unreadable),
            ]
        case .consolidated(let call):
            return [
                "event": "consolidated", "call": .integer(call.number), "labeled": .integer(call.labeled),
                "failed": .integer(call.failed),
            ]
        case .trained(let model):
            return Self.object(
                [
                    "event": "trained", "round": .integer(model.round), "model": .string(model.name),
                    "examples": .integer(model.examples),
                ], model.figures)
        case .trainingFailed(let reason): return ["event": "trainingFailed", "reason": .string(reason)]
        case .predicted(let prediction):
            return Self.object(
                [
                    "event": "predicted", "round": .integer(prediction.round), "labeled": .integer(prediction.labeled),
                ], prediction.figures)
        case .stopRequested: return ["event": "stopRequested"]
        case .stoppingConditionMet: return ["event": "stoppingConditionMet"]
        case .failed(let reason): return ["event": "failed", "reason": .string(reason)]
        case .late(let event): return ["event": "ignored", "what": .string(event)]
        }
    }

    private static func object(_ object: JSONObject, _ figures: JSONObject) -> JSONObject {
        var object = object
        for member in figures.members { object[member.name] = member.value }
        return object
    }
}
