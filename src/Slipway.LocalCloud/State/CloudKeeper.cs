using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.GitHub;
using Slipway.LocalCloud.Http;
using Slipway.LocalCloud.Machines;
using Slipway.LocalCloud.Stripe;
using Slipway.LocalCloud.Tailscale;

namespace Slipway.LocalCloud.State;

/// <summary>The whole cloud, taken and made again: the one place that knows every part of it.</summary>
internal sealed class CloudKeeper(
    TimeProvider time, IMachineDriver driver, HetznerKeeper hetzner, Resumption resumption, Tailnet tailnet, StripeAccount stripe, Billing billing, Checkout checkout,
    IdempotencyKeys idempotency, Actions github, Faults faults, RequestCounts counts)
{
    // The project before the driver: what it says was done to a machine is then in what the driver says.
    public CloudState Keep() => new(
        driver.Name, ClockState.Of(time, TimeProvider.System), faults.Keep(), hetzner.Keep(), stripe.Keep(billing, idempotency), github.Keep(), tailnet.Keep(),
        driver.Keep(), counts.Snapshot());

    /// <summary>Fills an empty cloud; nothing moves yet.</summary>
    public async Task RestoreAsync(CloudState state, CancellationToken cancellationToken)
    {
        faults.Restore(state.Faults);
        tailnet.Restore(state.Tailscale);
        stripe.Restore(state.Stripe, billing, idempotency);
        github.Restore(state.GitHub);
        counts.Restore(state.Requests);
        hetzner.Restore(state.Hetzner);
        await resumption.RestoreAsync(state.Hetzner, state.Machines, cancellationToken);
    }

    /// <summary>Lets everything go on.</summary>
    public void Resume(CloudState state)
    {
        resumption.Begin(state.Hetzner);
        stripe.Resume();
        billing.Resume();
        checkout.Resume();
    }
}

internal static class StateServices
{
    public static void AddState(this IServiceCollection services) => services
        .AddSingleton<StateChanges>().AddSingleton<HetznerKeeper>().AddSingleton<Resumption>().AddSingleton<CloudKeeper>();
}
