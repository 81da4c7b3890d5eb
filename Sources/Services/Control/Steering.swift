// Rules, truth and answers over the control API.

internal import JSON
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension ControlService {
    /// Shows the rules.
    package func getRules(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let stored = try await internally(context, logger) { try await control.rules() }
        return Control.DocumentResponse(document: JSONDocument(bytes: stored ?? Array("[]".utf8)))
    }

    /// Replaces the rules, all or none.
    package func putRules(
        _ input: Control.DocumentRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let value = try document(input.document)
        try await putRules(value, context)
        return answer(value)
    }

    func putRules(_ value: JSONValue, _ context: RequestContext) async throws(ServiceError) {
        do throws(Steering.Refusal) { _ = try SteeringRules(parsing: value) } catch {
            throw .validation(error.description)
        }
        try await internally(context, logger) { try await control.putRules(value.compactBytes) }
    }

    /// Adds truth: an object of sources and labels, or a list of manifest lines with a truth attribute.
    package func putTruth(
        _ input: Control.DocumentRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let account = try account(input.account, context)
        let entries = try truthEntries(try document(input.document))
        try await internally(context, logger) {
            for start in stride(from: 0, to: entries.count, by: limits.engineSliceRows) {
                let end = min(start + limits.engineSliceRows, entries.count)
                try await control.putTruth(Array(entries[start..<end]), account: account)
            }
        }
        return answer(["entries": .integer(entries.count)])
    }

    private func truthEntries(_ value: JSONValue) throws(ServiceError) -> [TruthEntry] {
        if let object = (value["truth"] ?? value).object {
            return object.members.map { TruthEntry(source: $0.name, truth: $0.value.compactBytes) }
        }
        guard let list = value.array else {
            throw .validation("Truth is an object of sources and labels, or a list of manifest lines.")
        }
        var entries: [TruthEntry] = []
        for (place, line) in list.enumerated() {
            guard let source = line["source-ref"]?.string, let truth = line[OutputManifest.truthAttribute] else {
                throw .validation(
                    "Element \(place) needs the members source-ref and \(OutputManifest.truthAttribute).")
            }
            entries.append(TruthEntry(source: source, truth: truth.compactBytes))
        }
        return entries
    }

    /// Gives the answers of a job beforehand: {"answers": [[content, …], …]}, {"answers": {source: [content, …]}}, or
    /// one list per line. Only these answer that job.
    package func putAnswers(
        _ input: Control.PutAnswersRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let name = JobName(
            account: try account(input.account, context), region: try region(input.region, context),
            name: input.jobName)
        let answers = try scriptedAnswers(input.body)
        try await internally(context, logger) { try await control.putAnswers(answers, for: name) }
        return answer(["objects": .integer(answers.count)])
    }

    private func scriptedAnswers(_ body: [UInt8]) throws(ServiceError) -> [ScriptedAnswers] {
        if let value = try? JSONValue(parsing: body), let answers = value["answers"] {
            if let lists = answers.array {
                return try lists.enumerated().map { place, list throws(ServiceError) in
                    ScriptedAnswers(object: .line(place), contents: try answerList(list, at: "answers.\(place)"))
                }
            }
            if let bySource = answers.object {
                return try bySource.members.map { member throws(ServiceError) in
                    ScriptedAnswers(
                        object: .source(member.name),
                        contents: try answerList(member.value, at: "answers.\(member.name)"))
                }
            }
            throw .validation("'answers' must be a list with a list per manifest line, or an object keyed by source.")
        }
        var answers: [ScriptedAnswers] = []
        for (place, line) in body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).enumerated() {
            guard let list = try? JSONValue(parsing: Array(line)) else {
                throw .validation("Line \(place + 1) of the answers is not JSON.")
            }
            answers.append(
                ScriptedAnswers(object: .line(place), contents: try answerList(list, at: "line \(place + 1)")))
        }
        return answers
    }

    private func answerList(_ value: JSONValue, at path: String) throws(ServiceError) -> [UInt8] {
        guard let list = value.array, list.allSatisfy({ $0.isNull || $0.object != nil }) else {
            throw .validation("'\(path)' must be a list of answerContent objects, null for a worker who never answers.")
        }
        return value.compactBytes
    }
}
