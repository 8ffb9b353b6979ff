import type { Translator } from './services';

/** An error for people: what happened, what is safe, what to do, and the command that mends it. */
export interface Advice {
  title: string;
  text: string;
  command?: string;
}

/** What to say about an `error_code` or the `reason` of a turn that failed. */
export function advice(code: string, trans: Translator): Advice {
  const safe = trans.__('Your message and everything so far are kept.');
  switch (code) {
    case 'not_logged_in':
      return {
        title: trans.__('Claude is not logged in'),
        text: trans.__('%1 Log in once in a terminal, then send the message again.', safe),
        command: 'claude /login'
      };
    case 'authentication_failed':
      return {
        title: trans.__('Claude refused the login'),
        text: trans.__('%1 The key or the login has expired or lacks the right. Log in again.', safe),
        command: 'claude /login'
      };
    case 'rate_limited':
    case 'rate_limit':
      return {
        title: trans.__('The usage limit is reached'),
        text: trans.__('%1 Send the message again when the limit has been lifted.', safe)
      };
    case 'overloaded':
      return {
        title: trans.__('Claude is overloaded'),
        text: trans.__('%1 Try again in a few minutes, or choose another model.', safe)
      };
    case 'server_error':
      return {
        title: trans.__('Claude’s servers failed'),
        text: trans.__('%1 Try again; the conversation goes on where it was.', safe)
      };
    case 'connection':
      return {
        title: trans.__('Claude could not be reached'),
        text: trans.__('%1 Check the network or the proxy, then send again.', safe)
      };
    case 'too_large':
    case 'invalid_request':
      return {
        title: trans.__('The request was too large or malformed'),
        text: trans.__('%1 Use Compact to shorten the conversation, or leave out large attachments.', safe)
      };
    case 'model_not_found':
      return { title: trans.__('This model is not available'), text: trans.__('%1 Choose another model below.', safe) };
    case 'cli_not_found':
      return {
        title: trans.__('The Claude Code program was not found'),
        text: trans.__('It comes with this package; see what is missing:'),
        command: 'jupyter factory doctor'
      };
    case 'conversation_not_found':
      return {
        title: trans.__('Claude no longer knows this conversation'),
        text: trans.__('The transcript here is complete. The next message starts a new conversation.')
      };
    case 'agent_died':
      return {
        title: trans.__('Claude’s process ended unexpectedly'),
        text: trans.__('%1 Files are as it left them. The next message resumes the conversation.', safe)
      };
    case 'server_stopped':
      return {
        title: trans.__('The Jupyter server stopped during this turn'),
        text: trans.__(
          'The transcript is complete up to here, and files are as Claude left them. The next message resumes the conversation.'
        )
      };
    default:
      return {
        title: trans.__('The turn ended with an error (%1)', code),
        text: trans.__('%1 Send the message again, or change it.', safe)
      };
  }
}
