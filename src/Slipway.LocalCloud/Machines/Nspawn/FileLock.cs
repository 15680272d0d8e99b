namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>One process at a time, on this computer; the kernel lets go of it when its holder dies.</summary>
internal static class FileLock
{
    public static async Task<IDisposable> TakeAsync(string path, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var deadline = clock.GetUtcNow() + patience;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.GetUtcNow() < deadline)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), clock, cancellationToken);
            }
            catch (IOException e)
            {
                throw new TimeoutException($"Another LocalCloud has held {path} for {patience.TotalSeconds:0} s; see whether it hangs.", e);
            }
        }
    }
}
