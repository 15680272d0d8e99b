using System.Text.Json;
using Slipway.LocalCloud.FaultInjection;

namespace Slipway.LocalCloud.SideChannel;

internal static class FaultEndpoints
{
    public static void MapFaults(this IEndpointRouteBuilder local)
    {
        local.MapGet("/faults", (Faults faults) =>
            TypedResults.Json(new FaultsView(faults.All.Select(View).ToList()), SideChannelJson.Wire.FaultsView));
        local.MapGet("/faults/kinds", () => TypedResults.Json(
            new FaultKindsView(FaultCatalogue.All.Select(View).ToList()), SideChannelJson.Wire.FaultKindsView));
        local.MapPost("/faults", async (HttpContext context, Faults faults) =>
        {
            var told = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.DictionaryStringJsonElement);
            return TypedResults.Json(View(Add(faults, told)), SideChannelJson.Wire.FaultView, statusCode: 201);
        });
        local.MapDelete("/faults/{id}", IResult (string id, Faults faults) => faults.Remove(id)
            ? TypedResults.NoContent()
            : throw new SideChannelFault(404, $"there is no fault '{id}'; GET /_local/faults lists them"));
        local.MapDelete("/faults", (Faults faults) =>
        {
            faults.Clear();
            return TypedResults.NoContent();
        });
    }

    private static Fault Add(Faults faults, Dictionary<string, JsonElement> body)
    {
        var values = body.Where(p => p.Value.ValueKind != JsonValueKind.Null).ToDictionary(p => p.Key, p => p.Value.ToString(), StringComparer.Ordinal);
        var kind = values.Remove("kind", out var name) && FaultCatalogue.Find(name) is { } known
            ? known
            : throw new SideChannelFault(400, $"kind is '{name}'; use one of {string.Join(", ", FaultCatalogue.All.Select(k => k.Name))}");
        var mistakes = new List<string>();
        foreach (var (key, value) in values)
        {
            var parameter = kind.Parameters.FirstOrDefault(p => p.Name == key);
            var mistake = parameter is null
                ? $"{kind.Name} knows no {key}, only {string.Join(", ", kind.Parameters.Select(p => p.Name))}"
                : parameter.Complain(value);
            if (mistake is not null)
            {
                mistakes.Add(mistake);
            }
        }

        if (kind.Scope == FaultScope.Wire && !values.ContainsKey("route") && !values.ContainsKey("api"))
        {
            mistakes.Add("say which requests: route, e.g. GET /v1/servers/{id}, or api, e.g. hetzner");
        }

        return mistakes.Count == 0 ? faults.Add(kind, values) : throw new SideChannelFault(400, string.Join("; ", mistakes));
    }

    private static FaultView View(Fault fault) => new(fault.Id, fault.Kind.Name, fault.Told, fault.Hits, fault.Remaining);

    private static FaultKindView View(FaultKind kind) => new(
        kind.Name, kind.Scope.ToString().ToLowerInvariant(), kind.Does,
        kind.Parameters.Select(p => new FaultParameterView(p.Name, p.Default, p.Does, p.Choices)).ToList());
}
