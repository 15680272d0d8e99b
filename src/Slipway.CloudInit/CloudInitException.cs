namespace Slipway.CloudInit;

/// <summary>A document cannot become user data: the message names every problem and what to change.</summary>
public sealed class CloudInitException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, with what, and what to do.</param>
    public CloudInitException(string message)
        : base(message)
    {
    }
}
