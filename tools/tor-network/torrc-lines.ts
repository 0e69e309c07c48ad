// The configuration of each tor of a private network. Nothing in it reaches beyond loopback.
import type { TorNode } from './tor-node.ts';

export interface Ports {
  readonly orPort: number;
  readonly dirPort: number;
}

/** Seconds. No second vote during a test: it would move addresses to other directories. Delays cannot be shorter. */
export const voting = { interval: 300, delay: 2, distribution: 2 } as const;

export interface NetworkLines {
  /** Of every tor that uses the network. */
  readonly user: readonly string[];
  /** Of every node, the same folder, control and end with this process. */
  readonly node: (node: TorNode) => readonly string[];
  readonly relay: (ports: Ports) => readonly string[];
  readonly authority: (node: TorNode, startOffset: number) => readonly string[];
}

/** @param authorities lines that name them */
export function networkLines(authorities: readonly string[]): NetworkLines {
  return {
    user: [
      'TestingTorNetwork 1',
      ...authorities,
      'AddressDisableIPv6 1',
      'OutboundBindAddress 127.0.0.1',
      // With fewer descriptors than nearly all, a client begins with a few nodes and stays with them.
      'PathsNeededToBuildCircuits 0.95',
    ],
    node: ({ name, folder, controlPath }) => [
      `Nickname ${name}`,
      `DataDirectory ${folder}`,
      `ControlSocket ${controlPath}`,
      'CookieAuthentication 1',
      `__OwningControllerProcess ${process.pid}`,
      `Log notice file ${folder}/tor.log`,
      'AvoidDiskWrites 1',
      'ShutdownWaitLength 0',
    ],
    relay: ({ orPort }) => [
      'SocksPort 0',
      'Address 127.0.0.1',
      `ORPort 127.0.0.1:${orPort} IPv4Only`,
      // No test of its own reachability, which would wait for a consensus.
      'AssumeReachable 1',
      'ExitRelay 0',
      'ExitPolicy reject *:*',
      'ContactInfo none',
    ],
    authority: ({ folder }, startOffset) => [
      'AuthoritativeDirectory 1',
      'V3AuthoritativeDirectory 1',
      `TestingV3AuthInitialVotingInterval ${voting.interval}`,
      `TestingV3AuthInitialVoteDelay ${voting.delay}`,
      `TestingV3AuthInitialDistDelay ${voting.distribution}`,
      `V3AuthVotingInterval ${voting.interval}`,
      `V3AuthVoteDelay ${voting.delay}`,
      `V3AuthDistDelay ${voting.distribution}`,
      'V3AuthNIntervalsValid 30',
      `TestingV3AuthVotingStartOffset ${startOffset}`,
      `V3BandwidthsFile ${folder}/bandwidths`,
      'TestingDirAuthVoteExit *',
      'TestingDirAuthVoteGuard *',
      'TestingDirAuthVoteHSDir *',
      'TestingMinExitFlagThreshold 0',
      'MinUptimeHidServDirectoryV2 0',
    ],
  };
}
