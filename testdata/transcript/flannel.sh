# shellcheck shell=sh
# node1 of a cluster as flannel's host-gw leaves it: with the routes of flannel,
# and one of a node that went while it was down.

# shellcheck disable=SC1091
. "$TOP/testdata/transcript/node1.sh"
rm inventory.yaml
ip route add 10.244.1.0/24 via 192.168.31.63 dev ens33
ip route add 10.244.2.0/24 via 192.168.31.61 dev ens33
ip route add 10.244.9.0/24 via 192.168.31.99 dev ens33

# What there is of Kubernetes: its answers.
cat >/run/bin/kubectl <<'END'
#!/bin/sh
node() {
  printf '%s\n' '- kind: Node' "  metadata: {name: $1, annotations:" \
    "    {flannel.alpha.coreos.com/backend-type: host-gw," \
    "    flannel.alpha.coreos.com/public-ip: $2}}" "  spec: {podCIDR: $3, podCIDRs: [$3]}" \
    "  status: {addresses: [{type: InternalIP, address: $2}]}"
}
nodes() {
  echo 'apiVersion: v1'
  echo 'kind: List'
  echo 'items:'
  node node1 192.168.31.62 10.244.0.0/24
  node node2 192.168.31.63 10.244.1.0/24
  node node3 192.168.31.61 10.244.2.0/24
}
config='{net-conf.json: "{\"Network\": \"10.244.0.0/16\", \"Backend\": {\"Type\": \"host-gw\"}}"}'
case $* in
'get nodes -o yaml') nodes ;;
'-n kube-flannel get nodes,configmaps -o yaml')
  nodes
  echo "- {kind: ConfigMap, metadata: {name: kube-flannel-cfg}, data: $config}"
  echo "- {kind: ConfigMap, metadata: {name: kube-root-ca.crt}, data: {ca.crt: x}}"
  ;;
'-n kube-flannel get configmap kube-flannel-cfg -o yaml')
  echo 'kind: ConfigMap'
  echo "data: $config"
  ;;
'-n kube-flannel delete daemonset kube-flannel-ds')
  echo 'daemonset.apps "kube-flannel-ds" deleted'
  ;;
*)
  echo "kubectl: what is $*" >&2
  exit 1
  ;;
esac
END
chmod +x /run/bin/kubectl
