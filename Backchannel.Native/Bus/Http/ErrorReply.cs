using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Http;

/// <summary>Turns refusals into error bodies.</summary>
internal static class ErrorReply
{
    public static Reply From(ApiException refusal, string requestId, string baseUrl) =>
        new(refusal.Status, JsonBody.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("error", refusal.Code);
            writer.WriteString("message", refusal.Message);
            if (refusal.Code is not (ErrorCodes.NotFound or ErrorCodes.ApiKeyRequired))
            {
                writer.WriteString("request_id", requestId);
                writer.WriteString("documentation_url", $"{baseUrl}{TextPaths.Errors}#{refusal.Code.Replace('_', '-')}");
            }

            foreach (var (name, value) in refusal.Extras)
            {
                switch (value)
                {
                    case int number:
                        writer.WriteNumber(name, number);
                        break;
                    case long number:
                        writer.WriteNumber(name, number);
                        break;
                    case string text:
                        writer.WriteString(name, text);
                        break;
                    case IEnumerable<(string Field, string Issue)> violations:
                        writer.WriteStartArray(name);
                        foreach (var (field, issue) in violations)
                        {
                            writer.WriteStartObject();
                            writer.WriteString("field", field);
                            writer.WriteString("issue", issue);
                            writer.WriteEndObject();
                        }

                        writer.WriteEndArray();
                        break;
                    case IEnumerable<string> list:
                        writer.WriteStartArray(name);
                        foreach (var item in list)
                        {
                            writer.WriteStringValue(item);
                        }

                        writer.WriteEndArray();
                        break;
                }
            }

            writer.WriteEndObject();
        }));
}
