using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Where bus and model part.</summary>
/// <param name="Request">The operation as it was sent.</param>
/// <param name="Difference">What the model has to say about the answer.</param>
internal sealed record Disagreement(Operation Operation, Operation Request, BusAnswer Answer, string Difference)
{
    public override string ToString() => $"""
        {Difference}
        request: {Request}
        answer:  {Answer.Status} {Answer.Body}
        """;
}
