using System.Net;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>What a machine may know of itself: Hetzner's metadata service, told apart by the address that asks.</summary>
internal sealed class MetadataService : IAsyncDisposable
{
    private const string Root = "/hetzner/v1/";

    private readonly WebApplication _app;

    private MetadataService(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<MetadataService> StartAsync(string address, Func<string, MachineMetadata?> find, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(address), 0));
        var app = builder.Build();
        app.Run(context => AnswerAsync(context, find));
        await app.StartAsync(cancellationToken);
        return new MetadataService(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, Func<string, MachineMetadata?> find)
    {
        var address = context.Connection.RemoteIpAddress!.MapToIPv4().ToString();
        var path = context.Request.Path.Value!;
        var answer = find(address) is { } machine && path.StartsWith(Root, StringComparison.Ordinal)
            ? machine.Answer(path[Root.Length..])
            : null;
        context.Response.StatusCode = answer switch
        {
            null => StatusCodes.Status404NotFound,
            "" => StatusCodes.Status204NoContent,
            _ => StatusCodes.Status200OK,
        };
        if (!string.IsNullOrEmpty(answer))
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(answer, context.RequestAborted);
        }
    }
}
