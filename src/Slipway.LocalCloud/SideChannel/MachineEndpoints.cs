using Slipway.LocalCloud.Machines;
using Slipway.LocalCloud.Machines.Simulated;

namespace Slipway.LocalCloud.SideChannel;

internal static class MachineEndpoints
{
    public static void MapMachines(this IEndpointRouteBuilder local)
    {
        var machine = local.MapGroup("/machines/{id:long}").AddEndpointFilter(AnswerForMachinesAsync);
        machine.MapGet("/console", async (long id, IMachineDriver driver, CancellationToken cancellationToken) =>
            TypedResults.Text(await driver.ReadConsoleAsync(id, cancellationToken)));
        machine.MapPost("/exec", async (long id, HttpContext context, IMachineDriver driver) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.RunScript);
            var request = new ExecRequest(
                wanted.Name ?? throw new SideChannelFault(400, "name is missing: scripts are answered by their name"),
                wanted.Script ?? "", wanted.StdinBase64);
            try
            {
                return TypedResults.Json(
                    await driver.ExecuteAsync(id, request, context.RequestAborted), SideChannelJson.Wire.ExecResult);
            }
            catch (MachineConnectionLostException)
            {
                context.Abort();
                return (IResult)TypedResults.Empty;
            }
        });
        machine.MapPost("/crash", (long id, IMachineDriver driver) =>
        {
            Simulated(driver).Crash(id);
            return TypedResults.NoContent();
        });
        machine.MapPost("/ignore-shutdown", async (long id, HttpContext context, IMachineDriver driver) =>
        {
            var wanted = await SideChannelFault.ReadAsync(context, SideChannelJson.Wire.SetIgnoreShutdown);
            Simulated(driver).IgnoreShutdown(id, wanted.Ignore);
            return TypedResults.NoContent();
        });
    }

    private static SimulatedDriver Simulated(IMachineDriver driver) => driver as SimulatedDriver
        ?? throw new SideChannelFault(501, $"the {driver.Name} driver's machines cannot be told this");

    private static async ValueTask<object?> AnswerForMachinesAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (MachineNotFoundException missing)
        {
            throw new SideChannelFault(404, missing.Message);
        }
        catch (MachineUnavailableException unavailable)
        {
            throw new SideChannelFault(409, unavailable.Message);
        }
        catch (NotSupportedException unsupported)
        {
            throw new SideChannelFault(501, unsupported.Message);
        }
        catch (FormatException)
        {
            throw new SideChannelFault(400, "stdin_base64 is not base64");
        }
    }
}
