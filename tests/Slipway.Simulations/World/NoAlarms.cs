using System.Reflection;
using Quartz;

namespace Slipway.Simulations;

/// <summary>An alarm clock whose alarms are all lost: the rows must say enough for whoever looks at them.</summary>
internal sealed class NoAlarms : ISchedulerFactory
{
    private readonly IScheduler _scheduler = DispatchProxy.Create<IScheduler, DeafScheduler>();

    public ValueTask<IScheduler> GetScheduler(CancellationToken cancellationToken = default) => ValueTask.FromResult(_scheduler);

    public ValueTask<IScheduler?> LookupScheduler(string schedName, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<List<IScheduler>> GetAllSchedulers(CancellationToken cancellationToken = default) => throw new NotSupportedException();
}

/// <summary>The scheduler behind <see cref="NoAlarms"/>: of its eighty members one is used.</summary>
public class DeafScheduler : DispatchProxy
{
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IScheduler.ScheduleJob)
        ? Activator.CreateInstance(targetMethod.ReturnType)
        : throw new NotSupportedException($"Nobody arranged {targetMethod.Name}.");
}
