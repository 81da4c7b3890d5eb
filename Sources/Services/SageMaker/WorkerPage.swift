// A worker page rendered for one task, and what is wrong with it: for RenderUiTemplate, and for checks before a job is
// created. The codes are ours, because none are documented.

package import JSON
package import Kernel
internal import Liquid

/// A page as a worker would see it.
package struct WorkerPage: Sendable {
    /// Something that is wrong with a page, or with its task.
    package struct Problem: Sendable {
        /// One word, for programs.
        package var code: String
        /// What is wrong.
        package var cause: String
        /// In the template, both counted from 1; nil where the whole page is meant.
        package var place: (line: Int, column: Int)?

        /// What is wrong, and where.
        package var message: String {
            place.map { "line \($0.line), column \($0.column): \(cause)" } ?? cause
        }
    }

    /// The page; empty where the template cannot be read.
    package var text: String
    /// In the order they were found.
    package var problems: [Problem]

    /// Renders a template with `task.input`.
    init(_ template: String, input: JSONObject, now: Instant, grant: @escaping LiquidSettings.ReadAccess) {
        let parsed: LiquidTemplate
        do throws(LiquidError) { parsed = try LiquidTemplate(parsing: template) } catch {
            text = ""
            problems = [Problem(error)]
            return
        }
        let settings = LiquidSettings.groundTruth(now: now, grantReadAccess: grant)
        let rendering = parsed.renderCollectingErrors(["task": ["input": .object(input)]], settings)
        text = rendering.text
        problems = rendering.errors.map { Problem($0) }
        for variable in rendering.undefined where variable.path.hasPrefix("task.input.") {
            problems.append(
                Problem(
                    code: "MissingVariable", cause: "Task.Input has no \(variable.path)",
                    place: (variable.line, variable.column)))
        }
        if !Self.canBeSubmitted(text) { problems.append(Self.noForm) }
    }

    /// Everything that is wrong with a template.
    /// - Parameter input: what pages are made from; nil finds only what is wrong for every task.
    package static func problems(in template: [UInt8], input: JSONObject?, now: Instant) -> [Problem] {
        guard let template = String(validating: template, as: UTF8.self) else {
            return [Problem(code: "TemplateSyntaxError", cause: "the template is not UTF-8")]
        }
        if let input {
            return WorkerPage(template, input: input, now: now) { text throws(LiquidRefusal) in
                _ = try ReadAccess.object(text)
                return text
            }.problems
        }
        do throws(LiquidError) { _ = try LiquidTemplate(parsing: template) } catch { return [Problem(error)] }
        return canBeSubmitted(template) ? [] : [noForm]
    }

    /// Whether a page has a form: the element for entities brings its own (developer guide, crowd-entity-annotation).
    private static func canBeSubmitted(_ page: String) -> Bool {
        page.contains("<crowd-form") || page.contains("<crowd-entity-annotation")
    }
    private static let noForm = Problem(
        code: "MissingCrowdForm", cause: "A worker page needs the element crowd-form to be submitted")
}

extension WorkerPage.Problem {
    fileprivate init(_ error: LiquidError) {
        code =
            switch error.kind {
            case .syntax: "TemplateSyntaxError"
            case .unknownFilter: "UnknownFilter"
            case .value: "InvalidValue"
            case .access: "InvalidS3Uri"
            case .bound: "TemplateTooExpensive"
            }
        cause = error.message
        place = (error.line, error.column)
    }
}
