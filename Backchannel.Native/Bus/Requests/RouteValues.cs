namespace Backchannel.Native.Bus.Requests;

/// <summary>The variable segments of a path, decoded, in their order.</summary>
internal readonly record struct RouteValues(string First, string Second)
{
    public RouteValues Add(string value) => First is null ? this with { First = value } : this with { Second = value };
}
