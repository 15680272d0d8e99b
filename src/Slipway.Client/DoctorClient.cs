namespace Slipway.Client;

/// <summary>The server's self-examination: <c>/v1/doctor</c>.</summary>
public sealed class DoctorClient
{
    private readonly SlipwayConnection _connection;

    internal DoctorClient(SlipwayConnection connection) => _connection = connection;

    /// <summary>Has the server check what it depends on.</summary>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<DoctorExamination> ExamineAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/doctor");
        using var response = await _connection.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var report = await _connection.ReadAsync(response, SlipwayJson.Default.DoctorReport, cancellationToken);
        return new DoctorExamination(report.Checks, response.Headers.Date);
    }
}

/// <summary>What the server found out about itself.</summary>
/// <param name="Checks">Each check, with what to do when it does not hold.</param>
/// <param name="ServerTime">The server's clock as it answered (the HTTP <c>Date</c> header, whole seconds, UTC), if it said so.</param>
public sealed record DoctorExamination(IReadOnlyList<DoctorCheck> Checks, DateTimeOffset? ServerTime);
