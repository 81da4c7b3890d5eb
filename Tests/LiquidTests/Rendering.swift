// How the tests render.

import JSON
import Kernel
import Liquid

let testNow = Instant(seconds: 1_773_480_413)

func render(
    _ template: String, _ data: JSONObject = [:], _ settings: LiquidSettings = .standard(now: testNow),
    bounds: LiquidBounds = LiquidBounds()
) throws(LiquidError) -> String {
    try LiquidTemplate(parsing: template, bounds: bounds).render(data, settings).text
}

/// The error of a template that cannot be parsed or rendered.
func fault(
    _ template: String, _ data: JSONObject = [:], _ settings: LiquidSettings = .standard(now: testNow),
    bounds: LiquidBounds = LiquidBounds()
) -> LiquidError? {
    do throws(LiquidError) {
        _ = try render(template, data, settings, bounds: bounds)
        return nil
    } catch {
        return error
    }
}

/// A page for workers: objects of the bucket `b` may be read, others may not.
let workerPage = LiquidSettings.groundTruth(now: testNow) { (address) throws(LiquidRefusal) in
    guard address.hasPrefix("s3://b/") else { throw LiquidRefusal("'\(address)' is not in the bucket b") }
    return "https://localhost/" + address.dropFirst(5) + "?a=1&b=2"
}
