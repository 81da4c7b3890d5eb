// Vendors' work teams. Nobody can subscribe to one here: they come from the seed file.

internal import JSON
package import Kernel
package import Shapes
internal import Store

extension SageMakerService {
    /// Shows a vendor's work team. AWS reference: DescribeSubscribedWorkteam.
    package func describeSubscribedWorkteam(
        _ input: SageMaker.DescribeSubscribedWorkteamRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DescribeSubscribedWorkteamResponse {
        let all = try await listed(.vendor, nameContains: nil, byDate: false, nil, context)
        guard let vendor = all.first(where: { $0.members["arn"]?.string == input.workteamArn }) else {
            throw .validation("The work team \(input.workteamArn) does not exist.")
        }
        return SageMaker.DescribeSubscribedWorkteamResponse(subscribedWorkteam: Self.subscribed(vendor))
    }

    /// Lists vendors' work teams. AWS reference: ListSubscribedWorkteams.
    package func listSubscribedWorkteams(
        _ input: SageMaker.ListSubscribedWorkteamsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.ListSubscribedWorkteamsResponse {
        let vendors = try await listed(
            .vendor, nameContains: input.nameContains, byDate: false, nil, context)
        let page = try Page(of: vendors, size: input.maxResults, token: input.nextToken)
        return SageMaker.ListSubscribedWorkteamsResponse(
            subscribedWorkteams: page.elements.map(Self.subscribed), nextToken: page.nextToken)
    }

    private static func subscribed(_ vendor: Resource) -> SageMaker.SubscribedWorkteam {
        let members = vendor.members
        return SageMaker.SubscribedWorkteam(
            workteamArn: members["arn"]?.string ?? "", marketplaceTitle: members["title"]?.string,
            sellerName: members["seller"]?.string, marketplaceDescription: members["description"]?.string,
            listingId: members["listingId"]?.string)
    }
}
