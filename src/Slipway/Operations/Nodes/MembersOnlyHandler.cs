namespace Slipway.Operations.Nodes;

/// <summary>
/// Sends nothing for a process that others may take for dead. The clouds know no epoch, so this is the fence in front of them: one that hung
/// between deciding and sending finds it shut. What is left is the moment between this look and the socket, for which names are found before made.
/// </summary>
public sealed class MembersOnlyHandler(Membership membership) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        membership.IsCurrent
            ? base.SendAsync(request, cancellationToken)
            : throw new HttpRequestException(
                HttpRequestError.ConnectionError, $"Node {membership.Id} could not say in time that it lives, so it sends nothing; it goes on when the database answers again.");
}
