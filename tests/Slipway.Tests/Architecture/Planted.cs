// Types that break an arrow, each in another way; ArchitectureTests asks whether each is noticed.
using Slipway.Tests.Architecture.Planted.Machines;

namespace Slipway.Tests.Architecture.Planted.Machines
{
    public class Machine
    {
        public static Machine? Any { get; set; }

        public static int Count() => 1;
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class MachineAttribute : Attribute;

    public sealed class MachineException : Exception;

    public interface IMachine;
}

namespace Slipway.Tests.Architecture.Planted.Agents
{
    public sealed class UsesNothing
    {
        public string Name { get; } = "Slipway.Tests.Architecture.Planted.Machines.Machine";
    }

    public sealed class InABase : Machine;

    public sealed class InAnInterface : IMachine;

    [Machine]
    public sealed class InAnAttribute;

    public sealed class InAField
    {
        private readonly Dictionary<string, List<Machine[]>> _machines = [];

        public int Count => _machines.Count;
    }

    public static class InAConstraint<T>
        where T : Machine;

    public static class InAStaticCall
    {
        public static int Count() => Machine.Count();
    }

    public static class InATypeOf
    {
        public static string Name() => typeof(Machine).Name;
    }

    public static class InAGenericCall
    {
        public static IEnumerable<object> Only(object[] all) => all.OfType<Machine>();
    }

    public static class InALambda
    {
        public static Func<object, bool> Is() => value => value is Machine;
    }

    public static class InAnAsyncMethod
    {
        public static async Task<string> NameAsync()
        {
            await Task.Yield();
            return $"{Machine.Any}";
        }
    }

    public static class InACatch
    {
        public static void Try(Action action)
        {
            try
            {
                action();
            }
            catch (MachineException)
            {
                return;
            }
        }
    }

    public static class InANestedType
    {
        public sealed record Inner(Machine? Machine);
    }
}

namespace Slipway.Tests.Architecture.Planted.Cellar
{
    public sealed class InARoomNobodyDrew
    {
        public Machine? Machine { get; set; }
    }
}
